import { setTimeout as sleep } from 'node:timers/promises';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead, isLetterheadError } from '@letterhead/client';
import type { Event } from '@letterhead/shared';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { Acknowledged } from './acknowledged.ts';
import type { Fleet } from './fleet.ts';
import { killWhile } from './kill-while.ts';
import { Listener } from './listener.ts';

export interface CrashRunOptions {
  readonly fleet: (token: string) => Promise<Fleet>;
  readonly kills: number;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly onKill?: (kill: number) => void;
}

/** What a run came to. */
export interface CrashReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Changes of which the server itself could not say whether they were made. */
  readonly unknown: number;
  /** The longest time in which clients were at work and no change was acknowledged, in milliseconds. */
  readonly longestGap: number;
  /** Broken promises; there must be none. */
  readonly complaints: readonly string[];
}

const ACCOUNTS = 3;
const CLIENTS_PER_ACCOUNT = 3;
/** How long a client waits that was not served. */
const PAUSE = 10;
/** Domains of an account from which on no more are created: far below its quota, however many kills there are. */
const MANY = 200;

/**
 * Drives real servers with creates, renames and deletes from several clients, kills one of their processes at random
 * moments, starts it again, and compares what they then say with what was acknowledged; over and over, on the same
 * data.
 */
export async function crashRun({
  fleet: start,
  kills,
  random,
  onKill,
}: CrashRunOptions): Promise<CrashReport> {
  const token = makeTokenSecret();
  await using fleet = await start(token);
  const run = new Run(fleet, token, random);
  await run.prepare();
  for (let kill = 1; kill <= kills; kill += 1) {
    await run.liveAndDie();
    onKill?.(kill);
  }
  await run.finish();
  const { acknowledged, unknown, longestGap, complaints } = run;
  return { kills, acknowledged, unknown, longestGap, complaints };
}

class Run {
  readonly complaints: string[] = [];
  acknowledged = 0;
  unknown = 0;
  longestGap = 0;
  #lastAt = 0;
  readonly #fleet: Fleet;
  readonly #token: string;
  readonly #random: () => number;
  #accounts: Acknowledged[] = [];
  #listeners: Listener[] = [];
  #names = 0;

  constructor(fleet: Fleet, token: string, random: () => number) {
    this.#fleet = fleet;
    this.#token = token;
    this.#random = random;
  }

  async prepare(): Promise<void> {
    const servers = await this.#connect();
    // Of servers that start at once, any can be the one that makes it, with any of their ids.
    const [first] = await this.#any(servers).accounts.list.query();
    this.#accounts = [new Acknowledged(first?.id ?? 0)];
    for (let made = 1; made < ACCOUNTS; made += 1) {
      const { id } = await this.#any(servers).accounts.create.mutate({ name: `Help desk ${made + 1}` });
      this.#accounts.push(new Acknowledged(id));
    }
    if (this.#fleet.keepsAddresses)
      this.#listeners = this.#accounts.map(({ account }) => new Listener(this.#any(servers), account));
  }

  async liveAndDie(): Promise<void> {
    const servers = await this.#inspectAll();
    this.#lastAt = performance.now();
    await killWhile(this.#fleet, this.#random, (over) =>
      this.#accounts.flatMap((account) =>
        Array.from({ length: CLIENTS_PER_ACCOUNT }, () => this.#work(servers, account, over)),
      ),
    );
  }

  async #inspectAll(): Promise<readonly Letterhead[]> {
    const servers = await this.#connect();
    for (const account of this.#accounts) await this.#inspect(this.#any(servers), account);
    return servers;
  }

  /** Whoever has listened all the time has heard of everything, once and in order. */
  async finish(): Promise<void> {
    const servers = await this.#inspectAll();
    this.complaints.push(...(await this.#fleet.complaints()));
    for (const listener of this.#listeners) {
      const events = await allEvents(this.#any(servers), listener.account);
      this.complaints.push(...(await listener.complaints(events.at(-1)?.id ?? 0)));
    }
  }

  async #inspect(letterhead: Letterhead, account: Acknowledged): Promise<void> {
    const domains = await letterhead.domains.list.query({ account: account.account });
    this.complaints.push(...account.complaints(domains, await allEvents(letterhead, account.account)));
  }

  /** One client: change after change, each by any of the servers. */
  async #work(servers: readonly Letterhead[], account: Acknowledged, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const isKnown = await this.#change(this.#any(servers), account);
      if (!isKnown) await sleep(PAUSE);
    }
  }

  /** False: it is not known whether the change was made, or it was not. */
  async #attempt(change: () => Promise<void>, refused: () => void = () => {}): Promise<boolean> {
    try {
      await change();
      this.acknowledged += 1;
      this.longestGap = Math.max(this.longestGap, performance.now() - this.#lastAt);
      this.#lastAt = performance.now();
      return true;
    } catch (error) {
      const code = isLetterheadError(error) ? error.data?.code : undefined;
      if (code === 'unavailable') refused();
      else if (code === 'outcome_unknown') this.unknown += 1;
      else if (!isLostConnection(error)) throw error;
      return false;
    }
  }

  #any(servers: readonly Letterhead[]): Letterhead {
    const server = servers[Math.floor(this.#random() * servers.length)];
    if (server === undefined) throw new Error('There is no server.');
    return server;
  }

  async #connect(): Promise<readonly Letterhead[]> {
    const urls = await this.#fleet.start();
    return urls.map((url) => createLetterhead({ url, token: this.#token }));
  }

  async #change(letterhead: Letterhead, account: Acknowledged): Promise<boolean> {
    const settled = account.settled();
    const id = settled[Math.floor(this.#random() * settled.length)];
    const roll = this.#random();
    if (id === undefined || (roll < 0.5 && settled.length < MANY)) return this.#create(letterhead, account);
    return roll < 0.75 ? this.#rename(letterhead, account, id) : this.#delete(letterhead, account, id);
  }

  #create(letterhead: Letterhead, account: Acknowledged): Promise<boolean> {
    const domain = this.#freshName();
    return this.#attempt(
      async () =>
        account.created(await letterhead.domains.create.mutate({ account: account.account, domain })),
      () => account.notCreated(domain),
    );
  }

  #rename(letterhead: Letterhead, account: Acknowledged, id: number): Promise<boolean> {
    const domain = this.#freshName();
    account.asked(id, domain);
    return this.#attempt(
      async () =>
        account.renamed(await letterhead.domains.update.mutate({ account: account.account, id, domain })),
      () => account.refused(id),
    );
  }

  #delete(letterhead: Letterhead, account: Acknowledged, id: number): Promise<boolean> {
    account.asked(id, null);
    return this.#attempt(
      async () => {
        await letterhead.domains.delete.mutate({ account: account.account, id });
        account.deleted(id);
      },
      () => account.refused(id),
    );
  }

  #freshName(): string {
    this.#names += 1;
    return `name-${this.#names}.example`;
  }
}

async function allEvents(letterhead: Letterhead, account: number): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const after = events.at(-1)?.id ?? 0;
    const page = await letterhead.events.list.query({ account, after, limit: 1000 });
    events.push(...page);
    if (page.length < 1000) return events;
  }
}

/** What `fetch` says of a server that is gone: there is no answer, so there is no data either. */
function isLostConnection(error: unknown): boolean {
  return error instanceof Error && 'data' in error && error.data == null;
}
