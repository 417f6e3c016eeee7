import type { Domain } from '@letterhead/shared';
import type { ZoneNames } from '../dns/zone.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

/** Account with a domain in every state. Its first domains were created seven hours ago by the server's clock. */
export interface ConsoleFixture extends AsyncDisposable {
  readonly server: TestServer;
  readonly domains: Readonly<Record<DomainKey, Domain>>;
}

export type DomainKey = keyof typeof NAMES;

const NAMES = {
  verified: 'example.org',
  doubled: 'mail.example.net',
  cut: 'shop.example',
  idn: 'bücher.example',
  lost: 'old-brand.example',
  degraded: 'newsletter.example',
  fresh: 'support.example.com',
} as const;

const SEVEN_HOURS = 7 * 3_600_000;

/** The servers that a domain's DNS is kept on, as a provider would name them. */
const CLOUDFLARE = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'];
const ROUTE_53 = ['ns-1.awsdns-01.com', 'ns-2.awsdns-02.net'];

/** Starts a server with the account and its DNS zones. */
export async function startFixture(): Promise<ConsoleFixture> {
  let offset = -SEVEN_HOURS;
  const server = await startTestServer({
    clock: () => new Date(Date.now() + offset),
    environment: { RATE_LIMIT_PER_MINUTE: '0', RETURN_PATH_HOST: 'bounces.letterhead.example' },
    dns: { zones: zones() },
  });
  const { letterhead, dns } = server;
  const add = (domain: string) => letterhead.domains.create.mutate({ account: 1, domain });
  const check = ({ id }: Domain) => letterhead.domains.verifyDns.mutate({ account: 1, id });
  const [verified, degraded, lost] = [
    await add(NAMES.verified),
    await add(NAMES.degraded),
    await add(NAMES.lost),
  ];
  for (const domain of [verified, degraded, lost]) {
    publish(server, domain);
    await check(domain);
  }
  withdraw(server, lost);
  await check(lost);
  withdraw(server, degraded);
  offset = 0;
  await until(async () => (await statusOf(server, degraded)) === 'degraded');
  const [doubled, cut, idn, fresh] = [
    await add(NAMES.doubled),
    await add(NAMES.cut),
    await add(NAMES.idn),
    await add(NAMES.fresh),
  ];
  const dkim = dkimOf(doubled);
  dns.publish(`${dkim.hostname}.example.net.example.net`, { TXT: [dkim.value] });
  dns.publish(fqdn(cut), { TXT: [dkimOf(cut).value.slice(0, 255)] });
  for (const domain of [doubled, cut, idn]) await check(domain);
  return {
    server,
    domains: { verified, doubled, cut, idn, lost, degraded, fresh },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export function dkimOf(domain: Domain) {
  const [record] = domain.dns_records;
  if (record === undefined) throw new Error('A domain has at least one record.');
  return record;
}

/** Publishes a domain's records as it asks for them. */
export function publish({ dns }: Pick<TestServer, 'dns'>, domain: Domain): void {
  for (const { type, hostname, value } of domain.dns_records) {
    dns.publish(`${hostname}.${zoneOf(domain)}`, type === 'TXT' ? { TXT: [value] } : { CNAME: value });
  }
}

export function withdraw({ dns }: Pick<TestServer, 'dns'>, domain: Domain): void {
  for (const { hostname } of domain.dns_records) dns.publish(`${hostname}.${zoneOf(domain)}`, null);
}

function fqdn(domain: Domain): string {
  return `${dkimOf(domain).hostname}.${zoneOf(domain)}`;
}

function zoneOf({ domain, subdomain }: Domain): string {
  return subdomain === null ? domain : domain.slice(subdomain.length + 1);
}

/** Polls `holds` until it resolves to true. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function statusOf({ letterhead }: TestServer, { id }: Domain): Promise<string | undefined> {
  const statuses = await letterhead.domains.statuses.query({ account: 1 });
  return statuses.find((one) => one.id === id)?.status;
}

function zones(): Record<string, ZoneNames> {
  const authority = { A: ['127.0.0.2'] };
  return {
    'example.org': {},
    'example.net': {},
    'example.com': {},
    'old-brand.example': {},
    'newsletter.example': {},
    'letterhead.example': {},
    'shop.example': { '@': { NS: ROUTE_53 } },
    'xn--bcher-kva.example': { '@': { NS: CLOUDFLARE } },
    'cloudflare.com': { 'ada.ns': authority, 'bob.ns': authority },
    'awsdns-01.com': { 'ns-1': authority },
    'awsdns-02.net': { 'ns-2': authority },
  };
}

/** Adds `d000.example.org` and so on. */
export function addDomains({ letterhead }: TestServer, count: number): Promise<Domain[]> {
  return Promise.all(
    domainNames(count).map((domain) => letterhead.domains.create.mutate({ account: 1, domain })),
  );
}

export function domainNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `d${String(at).padStart(3, '0')}.example.org`);
}
