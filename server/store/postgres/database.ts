import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LetterheadError } from '@letterhead/shared';
import type pg from 'pg';
import type { DatabaseObserver } from '../database-observer.ts';
import { freeze } from '../freeze.ts';
import { inOrder, SharedQuery } from '../shared-query.ts';
import type { StoreLog } from '../store-log.ts';
import { backOff, Deadline } from './deadline.ts';
import { isLost, isOutcomeUnknown, isTransient, outcomeUnknown, unavailable } from './errors.ts';
import type { PrimaryPool } from './primary.ts';
import { type Query, sql, sqlForRows, type Values } from './sql.ts';

/** Queries that belong to the transaction of a write. */
export interface Around {
  readonly before?: Query | undefined;
  readonly after?: Query | undefined;
}

/** Queries the primary, each call within a deadline and across failovers. */
export class Database {
  readonly #pool: PrimaryPool;
  readonly #log: StoreLog;
  readonly #observer: DatabaseObserver;
  /** Resolves when the primary can be reached again; null while it can. */
  #outage: Promise<void> | null = null;
  #isClosed = false;

  constructor(pool: PrimaryPool, log: StoreLog, observer: DatabaseObserver) {
    this.#pool = pool;
    this.#log = log;
    this.#observer = observer;
    observer.opened(() => pool.state);
  }

  /** For queries that may run twice. Rejects with `unavailable` after the deadline. */
  read<Row extends object>(query: Query): Promise<Row[]> {
    return this.#try((deadline) => this.#run<Row>([query], deadline));
  }

  /** As `read`, for a query that always returns a row. */
  async one<Row extends object>(query: Query): Promise<Row> {
    const [row] = await this.read<Row>(query);
    if (row === undefined) throw new Error(`${query.name} returned no row.`);
    return row;
  }

  /**
   * A query that calls share. Its parameters are columns of their keys; `n` of its rows is the place of their key. It
   * hides the length of an array in a sub-select: PostgreSQL would plan it anew for each number of keys, which takes
   * longer than the query.
   */
  share<Row extends object>(name: string) {
    return new SharedQuery<Values, Row>(async (keys) => {
      const rows = await this.read<Row & { readonly n: number }>(sqlForRows(name, keys));
      return inOrder(freeze(rows));
    });
  }

  /** Runs queries in one transaction. After a lost connection, the caller finds out by itself what became of it. */
  async transaction(queries: readonly Query[]): Promise<void> {
    await this.#run(queries, new Deadline());
  }

  /**
   * Runs a commit statement exactly once. Resolves to the `last_event` that it returns; null if it changed nothing.
   * Rejects with `unavailable` if nothing was changed, and with `outcome_unknown` if the connection was lost and the
   * outcome cannot be looked up.
   */
  write(name: string, values: Values, { before, after }: Around = {}): Promise<number | null> {
    return this.#write(async (write, deadline) => {
      const commit = sql(name, { ...values, write });
      const queries = [before, commit, after].filter((query) => query !== undefined);
      const [row] = await this.#run<{ last_event: number }>(queries, deadline, commit);
      return row?.last_event ?? null;
    });
  }

  /** As `write`, for a statement that calls share, as they do a query of `share`: so they share its commit as well. */
  shareWrites(name: string): (change: Values) => Promise<number | null> {
    const writes = new SharedQuery<Values, { readonly last_event: number }>(async (changes) =>
      inOrder(
        await this.#run<{ n: number; last_event: number }>([sqlForRows(name, changes)], new Deadline()),
      ),
    );
    return (change) =>
      this.#write(async (write) => (await writes.get({ ...change, write }))?.last_event ?? null);
  }

  /** Returns a connection to release. Rejects with `unavailable` after the deadline. */
  async connect(deadline = new Deadline()): Promise<pg.PoolClient> {
    for (;;) {
      if (this.#isClosed) throw unavailable();
      if (this.#outage !== null) await deadline.race(this.#outage);
      const connecting = this.#pool.connect();
      try {
        return await deadline.race(connecting);
      } catch (error) {
        // Returns a connection that arrives after the deadline.
        connecting.then((client) => client.release()).catch(() => {});
        if (error instanceof LetterheadError) throw error;
        // Whatever the reason: a server whose password was changed waits for it like for one that is away.
        if (!this.#isClosed) this.#outage ??= this.#recover(error);
      }
    }
  }

  #write(work: (id: string, deadline: Deadline) => Promise<number | null>): Promise<number | null> {
    let id = '';
    return this.#try(
      (deadline) => {
        id = randomUUID();
        return work(id, deadline);
      },
      () => this.#findOutcome(id),
    );
  }

  /**
   * Does it, and again where it failed but can succeed. `findOutcome` is asked after a lost connection;
   * null: nothing has happened.
   */
  async #try<T>(
    work: (deadline: Deadline) => Promise<T>,
    findOutcome: () => Promise<T | null> = async () => null,
  ): Promise<T> {
    const deadline = new Deadline();
    for (;;) {
      try {
        return await work(deadline);
      } catch (error) {
        if (!isLost(error) && !isTransient(error)) throw error;
        const outcome = isOutcomeUnknown(error) ? await findOutcome() : null;
        if (outcome !== null) return outcome;
        await deadline.pause();
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#outage;
    await this.#pool.close();
  }

  /**
   * Runs queries over one connection, several of them in a transaction, and releases it. Resolves to the rows of `main`.
   * A failed query is never cancelled, because it may be committing: its connection is closed instead.
   */
  async #run<Row extends object>(
    queries: readonly Query[],
    deadline: Deadline,
    main = queries[0],
  ): Promise<Row[]> {
    const client = await this.connect(deadline);
    const began = performance.now();
    const isTransaction = queries.length > 1;
    let outcome: 'done' | 'failed' | 'lost' = 'done';
    let isReplicated = true;
    // PostgreSQL warns if the wait for a synchronous standby was cancelled: a failover could lose the commit.
    const listen = ({ code }: { code?: string | undefined }) => {
      if (code === '01000') isReplicated = false;
    };
    client.on('notice', listen);
    try {
      if (isTransaction) await client.query('BEGIN');
      let rows: Row[] = [];
      for (const query of queries) {
        const result = await client.query<Row>(query);
        if (query === main) rows = result.rows;
      }
      if (isTransaction) await client.query('COMMIT');
      if (!isReplicated) throw new Error('The commit was not replicated.');
      return rows;
    } catch (error) {
      outcome = isLost(error) ? 'lost' : 'failed';
      throw error;
    } finally {
      client.off('notice', listen);
      client.release(outcome === 'lost' || (outcome === 'failed' && isTransaction));
      this.#observer.queried(main?.name ?? '', outcome, performance.now() - began);
    }
  }

  /** Null: the write was not made, and never will be. */
  async #findOutcome(id: string): Promise<number | null> {
    try {
      const [found] = await this.read<{ last_event: number | null }>(sql('find_outcome', { write: id }));
      return found?.last_event ?? null;
    } catch (error) {
      this.#log.error({ err: error }, 'the outcome of a write is unknown');
      throw outcomeUnknown();
    }
  }

  /** Looks for the primary. Only one call does, however many wait for it. */
  async #recover(error: unknown): Promise<void> {
    this.#log.warn({ err: error }, 'the database cannot be reached');
    for (let tries = 0; !this.#isClosed; tries++) {
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
