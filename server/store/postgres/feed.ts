import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';
import { EventFeed } from '../json/events.ts';
import type { StoreLog } from '../json/store-log.ts';
import type { EventRow } from '../store.ts';
import type { Database } from './database.ts';
import { backOff } from './deadline.ts';

const CHANNEL = 'letterhead';

const LAST_EVENTS = {
  name: 'last_events',
  text: 'SELECT id, last_event FROM accounts WHERE id = ANY ($1::bigint[])',
};

/** An account that is watched. */
interface Watched {
  watchers: number;
  /** The id of the newest event that watchers were told of; null: of none yet. */
  last: number | null;
}

/**
 * Tells watchers of events, those that other servers have made among them. NOTIFY is only a hint, sent after the commit
 * over a connection of its own: within a transaction it would make all commits wait for each other. What counts is the
 * last event in an account's row, which is read every half second for accounts that are watched.
 */
export class Feed {
  readonly #database: Database;
  readonly #local: EventFeed;
  readonly #watched = new Map<number, Watched>();
  /** The last events of accounts that other servers are to be told of. */
  readonly #news = new Map<number, number>();
  readonly #closed = new AbortController();
  #connection: pg.PoolClient | null = null;
  #hint: NodeJS.Timeout | null = null;
  #poll: NodeJS.Timeout | null = null;
  #finding: Promise<void> | null = null;
  #listening: Promise<void> = Promise.resolve();

  constructor(database: Database, log: StoreLog) {
    this.#database = database;
    this.#local = new EventFeed(log);
  }

  start(): void {
    this.#listening = this.#listen();
    this.#poll = setInterval(() => void this.#findNews(), DATABASE_LIMITS.poll);
  }

  /** This server has committed these. */
  committed(account: number, events: readonly EventRow[]): void {
    const last = events.at(-1)?.id;
    if (last === undefined) return;
    this.#note(account, last);
    this.#local.publish(account, events);
    this.#news.set(account, last);
    this.#hint ??= setTimeout(() => void this.#sendHint(), DATABASE_LIMITS.hintDelay);
  }

  /** Until the returned function is called. */
  watch(account: number, onNews: () => void): () => void {
    const stop = this.#local.watch(account, onNews);
    const watched = this.#watched.get(account) ?? { watchers: 0, last: null };
    watched.watchers++;
    this.#watched.set(account, watched);
    return () => {
      stop();
      watched.watchers--;
      if (watched.watchers === 0) this.#watched.delete(account);
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#poll !== null) clearInterval(this.#poll);
    if (this.#hint !== null) clearTimeout(this.#hint);
    await this.#listening;
    await this.#finding;
  }

  /** False: watchers were told of this event, or there are none. */
  #note(account: number, last: number): boolean {
    const watched = this.#watched.get(account);
    if (watched === undefined || (watched.last ?? -1) >= last) return false;
    watched.last = last;
    return true;
  }

  /** Of all accounts that have changed within some milliseconds in one. If it is lost, the others find out late. */
  async #sendHint(): Promise<void> {
    const news = [...this.#news].slice(0, DATABASE_LIMITS.accountsAHint);
    for (const [account] of news) this.#news.delete(account);
    const payload = news.map(([account, last]) => `${account}:${last}`).join();
    try {
      await this.#connection?.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
    } catch (error) {
      this.#connection?.emit('error', error);
    }
    const isMore = this.#news.size > 0 && !this.#closed.signal.aborted;
    this.#hint = isMore ? setTimeout(() => void this.#sendHint(), DATABASE_LIMITS.hintDelay) : null;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closed;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const client = await this.#database.connect();
        tries = 0;
        await this.#listenOn(client);
      } catch {
        await sleep(backOff(tries), undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Until the connection breaks or the feed is closed. */
  async #listenOn(client: pg.PoolClient): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const end = () => ended.resolve();
    client.on('error', end);
    client.on('end', end);
    this.#closed.signal.addEventListener('abort', end);
    client.on('notification', ({ payload = '' }) => this.#hear(payload));
    try {
      // Nobody is to wait for a standby to have a hint.
      await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`);
      this.#connection = client;
      // Nobody listened until now.
      await this.#findNews();
      if (!this.#closed.signal.aborted) await ended.promise;
    } finally {
      this.#connection = null;
      this.#closed.signal.removeEventListener('abort', end);
      client.release(true);
    }
  }

  #hear(payload: string): void {
    for (const part of payload.split(',')) {
      const [account = 0, last = 0] = part.split(':').map(Number);
      if (this.#note(account, last)) this.#local.publish(account, []);
    }
  }

  #findNews(): Promise<void> {
    this.#finding ??= this.#readLastEvents()
      .catch(() => {})
      .finally(() => {
        this.#finding = null;
      });
    return this.#finding;
  }

  async #readLastEvents(): Promise<void> {
    if (this.#watched.size === 0) return;
    const query = { ...LAST_EVENTS, values: [[...this.#watched.keys()]] };
    const rows = await this.#database.read<{ id: number; last_event: number }>(query);
    for (const { id, last_event } of rows) if (this.#note(id, last_event)) this.#local.publish(id, []);
  }
}
