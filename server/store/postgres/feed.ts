import type pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';
import { EventFeed } from '../event-feed.ts';
import type { EventRow } from '../interface/events.ts';
import type { StoreLog } from '../store-log.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

const CHANNEL = 'letterhead';

/**
 * Tells watchers of new events, those of other servers included. NOTIFY is only a hint that makes it fast. It is sent
 * after the commit, because within a transaction it would serialise all commits. Twice a second, watched accounts are
 * polled for events whose hint was lost, or was wrong: whoever may connect to the database can send hints.
 */
export class Feed {
  readonly #database: Database;
  readonly #local: EventFeed;
  /** By watched account, the newest event that its watchers were told of. */
  readonly #told = new Map<number, number>();
  /** Last events by account, to tell other servers of. */
  readonly #hints = new Map<number, number>();
  readonly #pollTimer: NodeJS.Timeout;
  #hintTimer: NodeJS.Timeout | null = null;
  /** Sends and hears hints. Null before the first poll, and after it broke until the next one. */
  #connection: pg.PoolClient | null = null;
  #polling: Promise<void> | null = null;

  constructor(database: Database, log: StoreLog) {
    this.#database = database;
    this.#local = new EventFeed(log);
    this.#pollTimer = setInterval(() => this.#poll(), DATABASE_LIMITS.poll);
    this.#poll();
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

  /** See `EventStore`. */
  watch(account: number, onNews: () => void): AsyncDisposable {
    const watch = this.#local.watch(account, onNews);
    if (!this.#told.has(account)) this.#told.set(account, -1);
    return {
      [Symbol.asyncDispose]: async () => {
        await watch[Symbol.asyncDispose]();
        if (!this.#local.isWatched(account)) this.#told.delete(account);
      },
    };
  }

  /** See `EventStore`. */
  watchAll(onNews: () => void): AsyncDisposable {
    return this.#local.watchAll(onNews);
  }

  async close(): Promise<void> {
    clearInterval(this.#pollTimer);
    if (this.#hintTimer !== null) clearTimeout(this.#hintTimer);
    await this.#polling;
    this.#drop(this.#connection);
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
    const connection = this.#connection;
    const payload = hints.map((hint) => hint.join(':')).join();
    await connection
      ?.query('SELECT pg_notify($1, $2)', [CHANNEL, payload])
      .catch(() => this.#drop(connection));
  }

  #hear(payload: string): void {
    for (const hint of payload.split(',')) {
      const [account = 0, last = 0] = hint.split(':').map(Number);
      if (this.#isNews(account, last)) this.#local.publish(account, []);
    }
    this.#local.publish(null, []);
  }

  /** Only one poll at a time; a failed one is repeated by the next. */
  #poll(): void {
    this.#polling ??= this.#findNews()
      .catch(() => {})
      .finally(() => {
        this.#polling = null;
      });
  }

  async #findNews(): Promise<void> {
    if (this.#connection === null) await this.#listen();
    if (this.#told.size === 0) return;
    const query = sql('last_events', { accounts: [...this.#told.keys()] });
    const rows = await this.#database.read<{ id: number; last_event: number }>(query);
    const last = new Map(rows.map(({ id, last_event }) => [id, last_event]));
    for (const [account, told] of this.#told) {
      // Of an account that is deleted, there is none.
      const newest = last.get(account);
      if (newest === told) continue;
      if (newest !== undefined) this.#told.set(account, newest);
      this.#local.publish(account, []);
    }
  }

  async #listen(): Promise<void> {
    const client = await this.#database.connect();
    this.#connection = client;
    const drop = () => this.#drop(client);
    client.on('error', drop).on('end', drop);
    client.on('notification', ({ payload = '' }) => this.#hear(payload));
    // Hints need not reach a standby.
    await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`).catch(drop);
  }

  #drop(connection: pg.PoolClient | null): void {
    if (connection === null || this.#connection !== connection) return;
    this.#connection = null;
    connection.release(true);
  }
}
