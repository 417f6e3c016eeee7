import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import type { Domain, Scope } from '@letterhead/shared';
import type { ZoneNames } from '../dns/zone.ts';
import { startMeasured } from '../soak/measured-process.ts';
import { HOSTILE_ZONES, SILENT_ZONE } from './hostile-zones.ts';

/** The attacking account. */
export interface Attacker {
  readonly account: number;
  readonly admin: string;
  readonly writer: string;
  /** Tokens created with the writer's. */
  readonly minted: readonly string[];
  readonly shares: readonly string[];
  /** Ids of domains in hostile zones, of each kind in turn. */
  readonly hostile: readonly number[];
  readonly domains: readonly number[];
}

/** The account whose requests are measured. */
export interface Victim {
  readonly account: number;
  readonly tokens: readonly string[];
  /** Ids of domains whose records are published. */
  readonly healthy: readonly number[];
  readonly domains: readonly number[];
}

export interface SeededAccounts {
  readonly attacker: Attacker;
  readonly victim: Victim;
  /** Zones of the healthy domains. */
  readonly zones: Record<string, ZoneNames>;
}

const SILENT_DOMAINS = 500;
const HOSTILE_DOMAINS = 60;
/** Leaves a margin below the quota for domains that attacks create and delete. */
const ATTACKERS_DOMAINS = 990;
const MINTED_TOKENS = 40;
const SHARES = 4;
const VICTIMS_DOMAINS = 50;
const HEALTHY_DOMAINS = 5;
/** Several, because the rate limit of one token is below the measured load. */
const VICTIMS_TOKENS = 4;
const AT_ONCE = 100;

/** Fills a data folder through a server without limits. Its first token is `token`. */
export async function seedAccounts(dataDir: string, token: string): Promise<SeededAccounts> {
  await using server = await startMeasured({
    DATA_DIR: dataDir,
    BOOTSTRAP_TOKEN: token,
    RATE_LIMIT_PER_MINUTE: '0',
    DNS_SERVERS: '127.0.0.1:9',
  });
  const letterhead = createLetterhead({ url: server.url, token });
  const victim = await seedVictim(letterhead);
  const attacker = await seedAttacker(letterhead, server.url);
  return { victim: victim.victim, zones: victim.zones, attacker };
}

/** Suspends the attacker, so that none of its checks are due, or resumes it. */
export async function suspendAttacker(url: string, token: string, { account }: Attacker, suspended: boolean) {
  await createLetterhead({ url, token }).accounts.update.mutate({ account, suspended });
}

async function seedVictim(letterhead: Letterhead) {
  const { id: account } = await letterhead.accounts.create.mutate({ name: 'Victim' });
  const healthy = await createDomains(letterhead, account, names(HEALTHY_DOMAINS, 'healthy'));
  const others = await createDomains(letterhead, account, names(VICTIMS_DOMAINS, 'customer'));
  const tokens = await createTokens(letterhead, account, VICTIMS_TOKENS, ['domains:read', 'domains:write']);
  const victim: Victim = { account, tokens, healthy: ids(healthy), domains: ids([...healthy, ...others]) };
  return { victim, zones: Object.fromEntries(healthy.map((domain) => [domain.domain, published(domain)])) };
}

async function seedAttacker(letterhead: Letterhead, url: string): Promise<Attacker> {
  const { id: account } = await letterhead.accounts.create.mutate({ name: 'Attacker' });
  const hostile = await createDomains(
    letterhead,
    account,
    Array.from(
      { length: HOSTILE_DOMAINS },
      (_, i) => HOSTILE_ZONES[i % HOSTILE_ZONES.length]?.domain(i) ?? '',
    ),
  );
  const others = await createDomains(letterhead, account, [
    ...Array.from({ length: SILENT_DOMAINS }, (_, i) => SILENT_ZONE.domain(i)),
    ...names(ATTACKERS_DOMAINS - SILENT_DOMAINS - HOSTILE_DOMAINS, 'plain'),
  ]);
  const [admin = ''] = await createTokens(letterhead, account, 1, ['admin']);
  const [writer = ''] = await createTokens(letterhead, account, 1, ['domains:read', 'domains:write']);
  const minting = createLetterhead({ url, token: writer });
  const minted = await createTokens(minting, account, MINTED_TOKENS, ['domains:read', 'domains:write']);
  const shares = await inTurn(ids(hostile).slice(0, SHARES), (id) =>
    minting.shares.create.mutate({ account, id }),
  );
  return {
    account,
    admin,
    writer,
    minted,
    shares: shares.map((share) => share.token),
    hostile: ids(hostile),
    domains: ids([...hostile, ...others]),
  };
}

function names(count: number, word: string): string[] {
  return Array.from({ length: count }, (_, i) => `${word}-${i + 1}.example`);
}

function createDomains(
  letterhead: Letterhead,
  account: number,
  wanted: readonly string[],
): Promise<Domain[]> {
  return inTurn(wanted, (domain) => letterhead.domains.create.mutate({ account, domain }));
}

async function createTokens(letterhead: Letterhead, account: number, count: number, scopes: Scope[]) {
  const made = await inTurn(Array.from({ length: count }), () =>
    letterhead.tokens.create.mutate({ account, name: 'Hostile', scopes }),
  );
  return made.map(({ token }) => token);
}

/** Creates in batches of AT_ONCE. */
async function inTurn<From, To>(from: readonly From[], make: (one: From) => Promise<To>): Promise<To[]> {
  const made: To[] = [];
  for (let at = 0; at < from.length; at += AT_ONCE) {
    made.push(...(await Promise.all(from.slice(at, at + AT_ONCE).map(make))));
  }
  return made;
}

function ids(domains: readonly Domain[]): number[] {
  return domains.map(({ id }) => id);
}

function published({ dns_records }: Domain): ZoneNames {
  return Object.fromEntries(dns_records.map(({ hostname, value }) => [hostname, { TXT: [value] }]));
}
