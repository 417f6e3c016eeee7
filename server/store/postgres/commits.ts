import type { NewEvent } from '../interface/events.ts';
import { InTurn, PendingTasks } from '../tasks.ts';
import type { Around, Database } from './database.ts';
import type { Feed } from './feed.ts';
import { eventColumns, type Query, sql } from './sql.ts';

/** The calls of the store in progress. Commits their changes with events, and tells watchers of them. */
export class Commits extends PendingTasks {
  readonly #database: Database;
  readonly #feed: Feed;
  readonly #turns = new InTurn<number>();

  constructor(database: Database, feed: Feed) {
    super();
    this.#database = database;
    this.#feed = feed;
  }

  /** A call that consists of one query. */
  read<Row extends object>(query: Query): Promise<Row[]> {
    return this.serve(() => this.#database.read<Row>(query));
  }

  /**
   * Runs a call that changes an account, after the previous ones of this server: so it needs one connection only. It runs
   * again as long as it resolves to null: what it had read was changed meanwhile.
   */
  change<T>(account: number, call: () => Promise<T | null>): Promise<T> {
    const repeat = async () => {
      for (;;) {
        const result = await call();
        if (result !== null) return result;
      }
    };
    return this.serve(() => this.#turns.run(account, repeat));
  }

  /**
   * Runs a commit of `sql/` (see `commitText`); `values` are `$7` and the following parameters. False: a condition of it
   * did not hold, and nothing was changed.
   */
  async commit(
    name: string,
    account: number,
    events: readonly NewEvent[],
    values: readonly unknown[],
    around?: Around,
  ): Promise<boolean> {
    const last = await this.#database.write(sql(name, account, ...eventColumns(events), ...values), around);
    if (last === null) return false;
    const first = last - events.length + 1;
    const rows = events.map((event, at) => ({ id: first + at, ...event }));
    if (last > 0) this.#feed.committed(account, rows);
    return true;
  }
}
