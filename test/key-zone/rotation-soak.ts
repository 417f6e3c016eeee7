import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLetterhead, type Letterhead } from '@letterhead/client';
import type { Domain } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { type ServerProcess, startProcess } from '../crash/server-process.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import { settingsOf, startZone, type ZoneServers } from './delegated.ts';

export interface SoakOptions {
  readonly domains: number;
  /** It lasts at least so long, and a while longer until each domain has signed with two keys. */
  readonly seconds: number;
  /** How much faster than the system's the clock of Letterhead and the TTLs of caches are. */
  readonly speed: number;
}

export interface SoakReport {
  readonly messages: number;
  /** Times that signing moved to another key. */
  readonly moves: number;
  readonly kills: number;
  /** Messages that were not signed, or whose signature was not verified. */
  readonly failures: readonly string[];
}

const TOKEN = `lh_${'S'.repeat(43)}`;
const MESSAGES_A_SECOND = 20;
/** How far the clocks of a name server and of whoever signs for it may differ (RFC 8945 §5.2.3). Milliseconds. */
const FUDGE = 290_000;
const KEY_TTL = 300;
/** Mail is under way for no longer, in seconds. */
const UNDER_WAY = 2;
/** In which a server answers, in milliseconds. */
const ANSWER = 10_000;
/** Seconds. */
const GIVE_UP_AFTER = 45;
const EMPTY_BODY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

/**
 * Signs and verifies mail of delegated domains while their keys are rotated, and while Letterhead and the primary of the
 * key zone are killed and started again.
 */
export async function soakRotation(options: SoakOptions): Promise<SoakReport> {
  await using soak = await RotationSoak.begin(options);
  return await soak.run();
}

class RotationSoak implements AsyncDisposable {
  readonly #options: SoakOptions;
  readonly #zone: ZoneServers;
  readonly #start: () => Promise<ServerProcess>;
  readonly #resources: AsyncDisposableStack;
  readonly #resolver = new Resolver();
  #server: ServerProcess;
  #letterhead: Letterhead;
  readonly #selectors: Set<string>[];
  readonly #failures: string[] = [];
  /** Since when each selector has been seen to retire. */
  readonly #retiring = new Map<string, number>();
  #messages = 0;
  #kills = 0;
  #isOver = false;

  static async begin(options: SoakOptions): Promise<RotationSoak> {
    await using resources = new AsyncDisposableStack();
    const dns = resources.use(await startLoopbackDns());
    const maxTtl = Math.floor(KEY_TTL / options.speed);
    const zone = await startZone(dns, { secondary: 'named', notifies: true, maxTtl });
    resources.use(zone.started);
    const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-soak-'));
    resources.defer(() => rm(dataDir, { recursive: true, force: true }));
    const clock = `${Date.now()} ${options.speed === 1 ? 0 : FUDGE} ${options.speed}`;
    const start = () =>
      startProcess({
        DATA_DIR: dataDir,
        BOOTSTRAP_TOKEN: TOKEN,
        DNS_SERVERS: `127.0.0.1:${dns.port}`,
        DNS_ALLOW_PRIVATE: 'true',
        DNS_AUTHORITY_PORT: String(dns.port),
        TEST_CLOCK: clock,
        ...settingsOf(zone),
      });
    const soak = new RotationSoak(options, zone, start, await start(), resources.move());
    await soak.#createDomains(dns.publish);
    return soak;
  }

  private constructor(
    options: SoakOptions,
    zone: ZoneServers,
    start: () => Promise<ServerProcess>,
    server: ServerProcess,
    resources: AsyncDisposableStack,
  ) {
    this.#options = options;
    this.#zone = zone;
    this.#start = start;
    this.#server = server;
    this.#resources = resources;
    this.#letterhead = createLetterhead({ url: server.url, token: TOKEN });
    this.#selectors = Array.from({ length: options.domains }, () => new Set());
    this.#resolver.setServers([zone.resolver?.server ?? '']);
  }

  async run(): Promise<SoakReport> {
    const loops = [this.#send(), this.#rotate(), this.#kill()];
    await sleep(this.#options.seconds * 1000);
    for (let second = 0; second < GIVE_UP_AFTER && !this.#hasMoved; second += 1) await sleep(1000);
    this.#isOver = true;
    await Promise.all(loops);
    const moves = this.#selectors.reduce((sum, { size }) => sum + size - 1, 0);
    return { messages: this.#messages, moves, kills: this.#kills, failures: this.#failures };
  }

  get #hasMoved(): boolean {
    return this.#selectors.every(({ size }) => size > 1);
  }

  async #createDomains(publish: (name: string, records: { CNAME: string }) => void): Promise<void> {
    const domains: Domain[] = [];
    for (const id of this.#ids())
      domains.push(await this.#letterhead.domains.create.mutate({ account: 1, domain: nameOf(id) }));
    const targets = domains.flatMap(({ dns_records }) => dns_records.map(({ value }) => value));
    // What a check does not find everywhere waits until no cache can have anything else.
    for (const target of targets)
      await this.#zone.secondary?.untilHas(target, 'TXT', (printed) => printed !== '');
    for (const domain of domains)
      for (const { hostname, value } of domain.dns_records)
        publish(recordFqdn(hostname, domain), { CNAME: value });
    for (const id of this.#ids()) while (!(await this.#isVerified(id))) await sleep(50);
  }

  #ids(): number[] {
    return this.#selectors.map((_, at) => at + 1);
  }

  async #isVerified(id: number): Promise<boolean> {
    const { dns_records } = await this.#letterhead.domains.verifyDns.mutate({ account: 1, id });
    return dns_records.every(({ verified }) => verified);
  }

  async #send(): Promise<void> {
    const sending: Promise<void>[] = [];
    for (let id = 1; !this.#isOver; id = (id % this.#options.domains) + 1) {
      sending.push(this.#sendOne(id).catch((error) => void this.#failures.push(`${nameOf(id)}: ${error}`)));
      await sleep(1000 / MESSAGES_A_SECOND);
    }
    await Promise.all(sending);
  }

  async #sendOne(id: number): Promise<void> {
    const headers = `From: help@${nameOf(id)}\r\nSubject: Message ${++this.#messages}\r\n`;
    const message = { account: 1, headers, body_hash: EMPTY_BODY };
    const { header, selector } = await this.#patiently((signal) =>
      this.#letterhead.signing.sign.mutate(message, { signal }),
    );
    this.#selectors[id - 1]?.add(selector);
    const { results } = await dkimVerify(Buffer.from(`${header}${headers}\r\n`), {
      resolver: (name) => this.#resolver.resolveTxt(name),
    });
    const [status] = results.map((one) => one.status);
    if (status?.result !== 'pass')
      this.#failures.push(`${nameOf(id)}, ${selector}: ${status?.result}, ${status?.comment}`);
  }

  /** Starts a rotation of each domain as soon as there can be one; the monitor does the rest. */
  async #rotate(): Promise<void> {
    while (!this.#isOver) {
      for (const id of this.#ids())
        if (!this.#isOver) await this.#patiently((signal) => this.#advance(id, signal));
      await sleep(UNDER_WAY * 1000);
    }
  }

  /** Ends a retirement early, which lasts a week. */
  async #advance(id: number, signal: AbortSignal): Promise<void> {
    const { keys } = this.#letterhead;
    const target = { account: 1, id };
    const found = await keys.list.query(target, { signal });
    const retiring = found.find(({ state }) => state === 'retiring');
    if (retiring !== undefined && this.#isLongRetiring(retiring.selector))
      await keys.remove.mutate({ ...target, key: retiring.id }, { signal });
    if (found.length > 1) return;
    await keys.rotate.mutate(target, { signal }).catch((error) => {
      // A check in the meantime has found a name that the secondary had not heard of.
      if (codeOf(error) !== 'rotation_under_way') throw error;
    });
  }

  #isLongRetiring(selector: string): boolean {
    const since = this.#retiring.get(selector) ?? Date.now();
    this.#retiring.set(selector, since);
    return Date.now() - since > UNDER_WAY * 1000;
  }

  /** Kills Letterhead and the primary in turns, each after a moment in which both are there. */
  async #kill(): Promise<void> {
    for (; !this.#isOver; this.#kills += 1) {
      await sleep(1000 + Math.random() * 2000);
      if (this.#kills % 2 === 0) await this.#killLetterhead();
      else {
        await this.#zone.primary.kill();
        await sleep(Math.random() * 1000);
        await this.#zone.primary.restart();
      }
    }
  }

  async #killLetterhead(): Promise<void> {
    await this.#server.kill();
    this.#server = await this.#start();
    this.#letterhead = createLetterhead({ url: this.#server.url, token: TOKEN });
  }

  /**
   * Calls again as long as nobody answers. A connection that is made while the server is killed can be waited for without
   * an end by Node's fetch.
   */
  async #patiently<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call(AbortSignal.timeout(ANSWER));
      } catch (error) {
        if (codeOf(error) !== undefined) throw error;
        await sleep(50);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.kill();
    await this.#resources.disposeAsync();
  }
}

/** The code of the catalogue that an error has; undefined: nobody answered. */
function codeOf(error: unknown): unknown {
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  return typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined;
}

function nameOf(id: number): string {
  return `d${id}.example.org`;
}
