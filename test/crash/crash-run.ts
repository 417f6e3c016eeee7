import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import type { Event } from '@letterhead/shared';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { Acknowledged } from './acknowledged.ts';
import { startProcess } from './server-process.ts';

export interface CrashRunOptions {
  readonly kills: number;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly onKill?: (kill: number) => void;
}

/** What a run came to. */
export interface CrashReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Broken promises; there must be none. */
  readonly complaints: readonly string[];
}

const ACCOUNTS = 3;
const CLIENTS_PER_ACCOUNT = 3;
/** How long the clients are at work before the server is killed, at most, in milliseconds. */
const LONGEST_LIFE = 400;

/**
 * Drives a real server with creates, renames and deletes from several clients, kills it at random moments, restarts
 * it, and compares what it then says with what it had acknowledged; over and over, on the same data folder.
 */
export async function crashRun({ kills, random, onKill = () => {} }: CrashRunOptions): Promise<CrashReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-crash-'));
  const run = new Run(dataDir, random);
  try {
    await run.prepare();
    for (let kill = 1; kill <= kills; kill += 1) {
      await run.liveAndDie();
      onKill(kill);
    }
    return { kills, acknowledged: run.acknowledged, complaints: run.complaints };
  } finally {
    if (run.complaints.length === 0) await rm(dataDir, { recursive: true, force: true });
  }
}

class Run {
  readonly complaints: string[] = [];
  acknowledged = 0;
  readonly #token = makeTokenSecret();
  readonly #dataDir: string;
  readonly #random: () => number;
  #accounts: Acknowledged[] = [];
  #names = 0;

  constructor(dataDir: string, random: () => number) {
    this.#dataDir = dataDir;
    this.#random = random;
  }

  async prepare(): Promise<void> {
    const server = await startProcess(this.#dataDir, this.#token);
    const letterhead = this.#connect(server.url);
    this.#accounts = [new Acknowledged(1)];
    for (let made = 1; made < ACCOUNTS; made += 1) {
      const { id } = await letterhead.accounts.create.mutate({ name: `Help desk ${made + 1}` });
      this.#accounts.push(new Acknowledged(id));
    }
    await server.kill();
  }

  async liveAndDie(): Promise<void> {
    const server = await startProcess(this.#dataDir, this.#token);
    const letterhead = this.#connect(server.url);
    for (const account of this.#accounts) await this.#inspect(letterhead, account);
    const dead = new AbortController();
    const clients = this.#accounts.flatMap((account) =>
      Array.from({ length: CLIENTS_PER_ACCOUNT }, () => this.#work(letterhead, account, dead.signal)),
    );
    await sleep(this.#random() * LONGEST_LIFE);
    await server.kill();
    dead.abort();
    await Promise.all(clients);
  }

  async #inspect(letterhead: Letterhead, account: Acknowledged): Promise<void> {
    const domains = await letterhead.domains.list.query({ account: account.account });
    this.complaints.push(...account.complaints(domains, await allEvents(letterhead, account.account)));
  }

  /** One client: change after change, until the server is gone. */
  async #work(letterhead: Letterhead, account: Acknowledged, dead: AbortSignal): Promise<void> {
    while (!dead.aborted) {
      try {
        await this.#change(letterhead, account);
        this.acknowledged += 1;
      } catch (error) {
        if (!dead.aborted && !isLostConnection(error)) throw error;
        return;
      }
    }
  }

  async #change(letterhead: Letterhead, account: Acknowledged): Promise<void> {
    const settled = account.settled();
    const id = settled[Math.floor(this.#random() * settled.length)];
    const roll = this.#random();
    if (id === undefined || roll < 0.5) return this.#create(letterhead, account);
    return roll < 0.75 ? this.#rename(letterhead, account, id) : this.#delete(letterhead, account, id);
  }

  async #create(letterhead: Letterhead, account: Acknowledged): Promise<void> {
    account.created(
      await letterhead.domains.create.mutate({ account: account.account, domain: this.#freshName() }),
    );
  }

  async #rename(letterhead: Letterhead, account: Acknowledged, id: number): Promise<void> {
    const domain = this.#freshName();
    account.asked(id, domain);
    account.renamed(await letterhead.domains.update.mutate({ account: account.account, id, domain }));
  }

  async #delete(letterhead: Letterhead, account: Acknowledged, id: number): Promise<void> {
    account.asked(id, null);
    await letterhead.domains.delete.mutate({ account: account.account, id });
    account.deleted(id);
  }

  #freshName(): string {
    this.#names += 1;
    return `name-${this.#names}.example`;
  }

  #connect(url: string): Letterhead {
    return createLetterhead({ url, token: this.#token });
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
