import type { Domain, Key } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { expect } from 'vitest';
import type { LoopbackDns } from '../dns/loopback-dns.ts';
import { LoopbackAddresses } from '../engines/loopback-addresses.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../running-server.ts';
import { signsWith } from '../signing/sending-account.ts';
import { Secondary, type SecondaryName } from './secondary.ts';
import { Unbound } from './unbound.ts';
import { ZoneServer, type ZoneServerName } from './zone-server.ts';

const ZONE = 'keys.example';
const TSIG = {
  name: 'letterhead',
  algorithm: 'hmac-sha256',
  secret: Buffer.alloc(32, 7).toString('base64'),
};
const ADDRESS = '127.0.0.250';

export interface ZoneOptions {
  /** Knot unless it is given. */
  readonly primary?: ZoneServerName;
  /** Receivers then ask unbound, which asks either. */
  readonly secondary?: SecondaryName;
  /** Whether the primary tells the secondary of changes. */
  readonly notifies?: boolean;
  /** Seconds that unbound keeps anything at most. */
  readonly maxTtl?: number;
  /** Whether the primary, Knot, signs the zone with DNSSEC. */
  readonly signs?: boolean;
}

export type DelegatedOptions = TestServerOptions & ZoneOptions;

/** The servers of a key zone. */
export interface ZoneServers {
  readonly primary: ZoneServer;
  readonly secondary: Secondary | null;
  readonly resolver: Unbound | null;
  readonly started: AsyncDisposableStack;
}

/** A Letterhead with a key zone on a real server, whose clock moves when a test says so, and a domain in it. */
export class Delegated implements AsyncDisposable {
  server: TestServer;
  readonly zone: ZoneServer;
  /** Null: the primary is the zone's only server. */
  readonly secondary: Secondary | null;
  readonly #time: { now: number };
  readonly #started: AsyncDisposableStack;

  private constructor(server: TestServer, servers: ZoneServers, time: { now: number }) {
    this.server = server;
    this.zone = servers.primary;
    this.secondary = servers.secondary;
    this.#started = servers.started;
    this.#time = time;
  }

  static async begin(
    environment: Record<string, string> = {},
    options: DelegatedOptions = {},
  ): Promise<Delegated> {
    // The name server holds what is signed against its own clock.
    const time = { now: Date.now() };
    let servers: ZoneServers | undefined;
    const server = await startTestServer({
      clock: () => new Date(time.now),
      ...options,
      environment: async (dns) => {
        servers = await startZone(dns, options);
        return { ...settingsOf(servers), ...environment };
      },
    });
    if (servers === undefined) throw new Error('no zone was started');
    return new Delegated(server, servers, time);
  }

  /** Lets time pass, also for the name server: what it takes by its own clock is not more than some minutes ahead. */
  pass(milliseconds: number): void {
    this.#time.now += milliseconds;
  }

  get target() {
    return { account: 1, id: 1 };
  }

  async create(): Promise<Domain> {
    const domain = await this.server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    await this.settled();
    return domain;
  }

  async get(): Promise<Domain> {
    return this.server.letterhead.domains.get.query(this.target);
  }

  async keys(): Promise<string[]> {
    const keys = await this.server.letterhead.keys.list.query(this.target);
    return keys.map(({ id, state, published_as }) => `${id} ${published_as} ${state}`);
  }

  check(): Promise<Domain> {
    return this.server.letterhead.domains.verifyDns.mutate(this.target);
  }

  async rotate(): Promise<Key> {
    const key = await this.server.letterhead.keys.rotate.mutate(this.target);
    await this.settled();
    return key;
  }

  /** Publishes the domain's CNAME records, or those of these places. */
  publish(domain: Domain, places: readonly number[] = [0, 1]): void {
    for (const at of places) {
      const record = domain.dns_records[at];
      if (record === undefined) throw new Error(`There is no record ${at}.`);
      this.server.dns.publish(recordFqdn(record.hostname, domain), {
        [record.type]: record.type === 'TXT' ? [record.value] : record.value,
      });
    }
  }

  /** What the zone has at the targets of the two CNAME records, once nothing waits. */
  async inZone(domain: Domain): Promise<string[]> {
    await this.settled();
    const cnames = domain.dns_records.filter(({ type }) => type === 'CNAME');
    const texts = await Promise.all(cnames.map(({ value }) => this.zone.txt(value)));
    return texts.map((text) => text.join());
  }

  /** Asks `/health/ready`, which does not look at public DNS. */
  async settled(): Promise<void> {
    const readiness = async () => (await fetch(`${this.server.url}/health/ready`)).json();
    await expect.poll(readiness, { timeout: 10_000 }).toMatchObject({ key_zone: { waiting: 0 } });
  }

  /** See `signsWith`. */
  signsWith(): Promise<string> {
    return signsWith(this.server);
  }

  async diagnosis(): Promise<string[]> {
    const { records } = await this.server.letterhead.domains.diagnosis.query(this.target);
    return records.map(({ code, severity }) => `${code} ${severity}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#started.disposeAsync();
  }
}

/** Starts the servers of a key zone, on the port that all name servers of a test have. */
export async function startZone(dns: LoopbackDns, options: ZoneOptions = {}): Promise<ZoneServers> {
  await using started = new AsyncDisposableStack();
  const addresses = options.secondary === undefined ? [ADDRESS] : twoAddresses();
  const [address = '', second = ''] = addresses;
  if (options.secondary !== undefined) started.use(await LoopbackAddresses.add(addresses));
  const primary = started.use(
    await ZoneServer.start(options.primary ?? 'knot', {
      zone: ZONE,
      tsig: TSIG,
      address,
      port: dns.port,
      records: options.secondary === undefined ? '' : `@ NS ns2\nns2 A ${second}`,
      notified: options.notifies === true ? second : null,
      signs: options.signs === true,
    }),
  );
  dns.resolver.serve(ZONE, {
    '@': { NS: addresses.map((_, at) => `ns${at + 1}.${ZONE}`) },
    ...Object.fromEntries(addresses.map((one, at) => [`ns${at + 1}`, { A: [one] }])),
  });
  if (options.secondary === undefined)
    return { primary, secondary: null, resolver: null, started: started.move() };
  const { secondary: name, maxTtl } = options;
  const secondary = started.use(await Secondary.start(name, { primary, tsig: TSIG, address: second }));
  const at = (server: string) => `${server}@${dns.port}`;
  const resolver = started.use(
    await Unbound.start({
      zones: {
        [ZONE]: addresses.map(at),
        'example.org': dns.authorities.map((authority) => at(authority.address)),
      },
      others: at(dns.resolver.address),
      maxTtl,
    }),
  );
  return { primary, secondary, resolver, started: started.move() };
}

/** Of this test alone: named listens at none that the machine does not list. */
function twoAddresses(): string[] {
  const prefix = `127.${64 + Math.floor(Math.random() * 128)}.${Math.floor(Math.random() * 256)}`;
  return [`${prefix}.1`, `${prefix}.2`];
}

export function settingsOf({ primary: { address, port } }: ZoneServers): Record<string, string> {
  return {
    DKIM_ZONE: ZONE,
    DKIM_ZONE_SERVER: `${address}:${port}`,
    DKIM_ZONE_TSIG: `${TSIG.name}:${TSIG.algorithm}:${TSIG.secret}`,
  };
}
