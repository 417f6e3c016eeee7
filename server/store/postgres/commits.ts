import type { NewEvent } from '../store.ts';
import { InTurn, PendingTasks } from '../tasks.ts';
import type { Database } from './database.ts';
import type { Feed } from './feed.ts';
import { eventColumns, type Query, sql } from './sql.ts';

interface Commit {
  /** A statement of `sql/`; see `commitText`. */
  readonly name: string;
  readonly account: number;
  readonly events: readonly NewEvent[];
  /** `$7` and the following parameters. */
  readonly values: readonly unknown[];
  readonly before?: Query;
  readonly after?: Query;
}

/** Commits changes with their events, and tells watchers of them. */
export class Commits {
  readonly #database: Database;
  readonly #feed: Feed;
  readonly #tasks = new PendingTasks();
  readonly #turns = new InTurn<number>();

  constructor(database: Database, feed: Feed) {
    this.#database = database;
    this.#feed = feed;
  }

  /** Runs a call of the store. Rejects with `unavailable` once the store is closing. */
  serve<T>(call: () => Promise<T>): Promise<T> {
    return this.#tasks.serve(call);
  }

  /** A call that consists of one query. */
  read<Row extends object>(query: Query): Promise<Row[]> {
    return this.serve(() => this.#database.read<Row>(query));
  }

  /** Runs a call that changes an account, after the previous ones of this server: so it needs one connection only. */
  inTurn<T>(account: number, call: () => Promise<T>): Promise<T> {
    return this.serve(() => this.#turns.run(account, call));
  }

  /** False: a condition of the statement did not hold, and nothing was changed. */
  async commit({ name, account, events, values, before, after }: Commit): Promise<boolean> {
    const query = sql(name, account, ...eventColumns(events), ...values);
    const last = await this.#database.write(query, { before, after });
    if (last === null) return false;
    const first = last - events.length + 1;
    if (last > 0)
      this.#feed.committed(
        account,
        events.map((event, at) => ({ id: first + at, ...event })),
      );
    return true;
  }

  /** Refuses further calls; resolves when none is in progress. */
  close(): Promise<void> {
    return this.#tasks.close();
  }
}
