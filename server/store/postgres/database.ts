import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { StoreLog } from '../json/store-log.ts';
import { backOff, Deadline } from './deadline.ts';
import { isLost, isPassing, outcomeUnknown, unavailable } from './errors.ts';
import type { PrimaryPool } from './primary.ts';

/** SQL that PostgreSQL plans once a connection. Its columns are named: `*` breaks when a later version adds one. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement and its `$1`, `$2`, …. */
export interface Query extends Statement {
  readonly values: readonly unknown[];
}

/** What goes with a write into one transaction. */
export interface Around {
  readonly before?: Query;
  readonly after?: Query;
}

const FIND_OUTCOME: Statement = {
  name: 'find_outcome',
  // It waits for the write where that is still under way, and takes its place where it has not begun.
  text: `INSERT INTO writes (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET at = now() RETURNING last_event`,
};

/** Asks the primary, within a deadline, also while one primary gives way to another. */
export class Database {
  readonly #pool: PrimaryPool;
  readonly #log: StoreLog;
  /** Resolves when the database can be reached again; null while it can. */
  #outage: Promise<void> | null = null;
  #closed = false;

  constructor(pool: PrimaryPool, log: StoreLog) {
    this.#pool = pool;
    this.#log = log;
  }

  get load() {
    return this.#pool.load;
  }

  /** For what may be done twice. Rejects with `unavailable` after the deadline. */
  async read<Row extends object>(query: Query): Promise<Row[]> {
    const deadline = new Deadline();
    for (;;) {
      const client = await this.connect(deadline);
      try {
        return await send<Row>(client, [query]);
      } catch (error) {
        if (!isLost(error) && !isPassing(error)) throw error;
        await deadline.pause(error);
      }
    }
  }

  /**
   * Makes a change that is to be made once. `query` is given the id of the write as `$1`, and notes it in `writes` if it
   * changes anything; it returns `last_event`, or no row where it has changed nothing. Resolves to that, or null.
   * Rejects with `unavailable`: nothing was changed; with `outcome_unknown`: it was, or it was not.
   */
  async write(query: Query, { before, after }: Around = {}): Promise<number | null> {
    const deadline = new Deadline();
    for (;;) {
      const client = await this.connect(deadline);
      const id = randomUUID();
      const main = { ...query, values: [id, ...query.values] };
      const queries = [before, main, after].filter((one) => one !== undefined);
      try {
        const [row] = await send<{ last_event: number }>(client, queries, queries.indexOf(main));
        return row?.last_event ?? null;
      } catch (error) {
        const outcome = isLost(error) ? await this.#findOutcome(id) : null;
        if (outcome !== null) return outcome;
        if (!isLost(error) && !isPassing(error)) throw error;
        await deadline.pause(error);
      }
    }
  }

  /** A connection to the primary, to be released. Rejects with `unavailable` after the deadline. */
  async connect(deadline = new Deadline()): Promise<pg.PoolClient> {
    for (;;) {
      if (this.#closed) throw unavailable();
      if (this.#outage !== null) await deadline.orUnavailable(this.#outage);
      const connecting = this.#pool.connect();
      try {
        return await deadline.orUnavailable(connecting);
      } catch (error) {
        // It may come yet, when nobody waits for it.
        connecting.then((client) => client.release()).catch(() => {});
        if (!isLost(error) && !isPassing(error)) throw error;
        if (!this.#closed) this.#outage ??= this.#recover(error);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#outage;
    await this.#pool.close();
  }

  /** What became of a write whose connection was lost. Null: it was not made, and never will be. */
  async #findOutcome(id: string): Promise<number | null> {
    try {
      const [found] = await this.read<{ last_event: number | null }>({ ...FIND_OUTCOME, values: [id] });
      return found?.last_event ?? null;
    } catch (error) {
      this.#log.error({ err: error }, 'the outcome of a write is unknown');
      throw outcomeUnknown();
    }
  }

  /** One at a time looks for the primary, however many wait for it. */
  async #recover(error: unknown): Promise<void> {
    this.#log.warn({ err: error }, 'the database cannot be reached');
    for (let tries = 0; !this.#closed; tries++) {
      this.#pool.moveOn();
      try {
        (await this.#pool.connect()).release();
        this.#log.warn({}, 'the database can be reached again');
        break;
      } catch {
        await sleep(backOff(tries));
      }
    }
    this.#outage = null;
  }
}

/**
 * Asks all over one connection, in a transaction where they are several, and releases it. Resolves to the rows of one.
 * Nothing is ever cancelled, for it may have been committed: the connection is dropped instead.
 */
async function send<Row extends object>(
  client: pg.PoolClient,
  queries: readonly Query[],
  of = 0,
): Promise<Row[]> {
  const isTransaction = queries.length > 1;
  let isUnsure = false;
  // Somebody ended the wait for the standby: what was committed may not outlive a failover.
  const listen = ({ code }: { code?: string | undefined }) => {
    isUnsure ||= code === '01000';
  };
  client.on('notice', listen);
  let isUseless = true;
  try {
    if (isTransaction) await client.query('BEGIN');
    const results: Row[][] = [];
    for (const { name, text, values } of queries)
      results.push((await client.query<Row>({ name, text, values: [...values] })).rows);
    if (isTransaction) await client.query('COMMIT');
    if (isUnsure) throw new Error('The standby may not have it.');
    isUseless = false;
    return results[of] ?? [];
  } catch (error) {
    isUseless = isTransaction || isLost(error);
    throw error;
  } finally {
    client.off('notice', listen);
    client.release(isUseless);
  }
}
