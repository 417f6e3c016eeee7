import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';
import { EventFeed } from '../event-feed.ts';
import type { EventRow } from '../store.ts';
import type { StoreLog } from '../store-log.ts';
import type { Database } from './database.ts';
import { backOff } from './deadline.ts';
import { sql } from './sql.ts';

const CHANNEL = 'letterhead';

/**
 * Tells watchers of new events, those of other servers included. NOTIFY is only a hint that makes it fast. It is sent
 * after the commit, because within a transaction it would serialise all commits. Twice a second, watched accounts are
 * polled for events whose hint was lost.
 */
export class Feed {
  readonly #database: Database;
  readonly #local: EventFeed;
  /** By watched account, the newest event that its watchers were told of. */
  readonly #told = new Map<number, number>();
  /** Last events by account, to tell other servers of. */
  readonly #hints = new Map<number, number>();
  readonly #closed = new AbortController();
  readonly #listening: Promise<void>;
  readonly #poll: NodeJS.Timeout;
  #connection: pg.PoolClient | null = null;
  #hintTimer: NodeJS.Timeout | null = null;
  #polling: Promise<void> | null = null;

  constructor(database: Database, log: StoreLog) {
    this.#database = database;
    this.#local = new EventFeed(log);
    this.#listening = this.#listen();
    this.#poll = setInterval(() => void this.#findNews(), DATABASE_LIMITS.poll);
  }

  /** Tells of events that this server has committed. */
  committed(account: number, events: readonly EventRow[]): void {
    const last = events.at(-1)?.id;
    if (last === undefined) return;
    this.#isNews(account, last);
    this.#local.publish(account, events);
    this.#hints.set(account, last);
    this.#hintTimer ??= setTimeout(() => void this.#sendHints(), DATABASE_LIMITS.hintDelay);
  }

  /** Returns a function that ends the watch. */
  watch(account: number, onNews: () => void): () => void {
    const stop = this.#local.watch(account, onNews);
    if (!this.#told.has(account)) this.#told.set(account, -1);
    return () => {
      stop();
      if (!this.#local.isWatched(account)) this.#told.delete(account);
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearInterval(this.#poll);
    if (this.#hintTimer !== null) clearTimeout(this.#hintTimer);
    await this.#listening;
    await this.#polling;
  }

  /** Whether the account is watched, and its watchers were not told of this event. */
  #isNews(account: number, last: number): boolean {
    const told = this.#told.get(account);
    if (told === undefined || told >= last) return false;
    this.#told.set(account, last);
    return true;
  }

  /** Hints of very many accounts are left to the poll. */
  async #sendHints(): Promise<void> {
    const hints = [...this.#hints].slice(0, DATABASE_LIMITS.accountsAHint);
    this.#hints.clear();
    this.#hintTimer = null;
    const payload = hints.map((hint) => hint.join(':')).join();
    try {
      await this.#connection?.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
    } catch (error) {
      this.#connection?.emit('error', error);
    }
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closed;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const client = await this.#database.connect();
        tries = 0;
        await this.#listenOn(client);
      } catch {
        await sleep(backOff(tries), null, { signal }).catch(() => {});
      }
    }
  }

  /** Listens until the connection breaks or the feed is closed. */
  async #listenOn(client: pg.PoolClient): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    client.on('error', end).on('end', end);
    client.on('notification', ({ payload = '' }) => this.#hear(payload));
    this.#closed.signal.addEventListener('abort', end);
    try {
      // Hints need not reach a standby.
      await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`);
      this.#connection = client;
      // Hints were lost until now.
      await this.#findNews();
      if (!this.#closed.signal.aborted) await ended;
    } finally {
      this.#connection = null;
      this.#closed.signal.removeEventListener('abort', end);
      client.release(true);
    }
  }

  #hear(payload: string): void {
    for (const hint of payload.split(',')) {
      const [account = 0, last = 0] = hint.split(':').map(Number);
      if (this.#isNews(account, last)) this.#local.publish(account, []);
    }
  }

  /** Only one poll at a time; a failed one is repeated by the next. */
  #findNews(): Promise<void> {
    this.#polling ??= this.#readLastEvents()
      .catch(() => {})
      .finally(() => {
        this.#polling = null;
      });
    return this.#polling;
  }

  async #readLastEvents(): Promise<void> {
    if (this.#told.size === 0) return;
    const query = sql('last_events', [...this.#told.keys()]);
    const rows = await this.#database.read<{ id: number; last_event: number }>(query);
    for (const { id, last_event } of rows) if (this.#isNews(id, last_event)) this.#local.publish(id, []);
  }
}
