import { isAudited } from '../audited-events.ts';
import { InTurn } from '../json/in-turn.ts';
import { PendingTasks } from '../json/pending-tasks.ts';
import type { NewEvent } from '../store.ts';
import type { Around, Database, Statement } from './database.ts';
import type { Feed } from './feed.ts';

/** In a statement that changes an account's row: takes the next ids for its events. Its lock orders all writes. */
export const COUNT_EVENTS = 'last_event = last_event + json_array_length($3::json)';

/**
 * One write as one statement: change, count of events, events, and the id by which its outcome is found. `change` are
 * the `WITH` queries that make the change; one of them is `tip`, which has `last_event` if the change is made, and no
 * row if it is not; 0 where nobody is to be told. Of the parameters, `$1` is the write's id, `$2` the account, and `$3` its events.
 */
export function commitStatement(name: string, change: string): Statement {
  return {
    name,
    text: `WITH ${change},
      told AS (INSERT INTO events (account_id, id, audited, content)
        SELECT $2, tip.last_event - json_array_length($3::json) + e.n, (e.told ->> 'audited')::boolean, e.told -> 'content'
        FROM tip, json_array_elements($3::json) WITH ORDINALITY AS e (told, n) WHERE tip.last_event > 0),
      noted AS (INSERT INTO writes (id, last_event) SELECT $1, last_event FROM tip)
      SELECT last_event FROM tip`,
  };
}

/** Makes changes with their events, and tells of them. */
export class Commits {
  readonly tasks = new PendingTasks();
  readonly #database: Database;
  readonly #feed: Feed;
  readonly #turns = new InTurn<number>();

  constructor(database: Database, feed: Feed) {
    this.#database = database;
    this.#feed = feed;
  }

  /** The writes of one account, one after the other: a busy account takes one connection, not all. */
  inTurn<T>(account: number, work: () => Promise<T>): Promise<T> {
    return this.tasks.serve(() => this.#turns.run(account, work));
  }

  /** False: the statement's own conditions did not hold (any more), and nothing was changed. */
  async commit(
    statement: Statement,
    account: number,
    events: readonly NewEvent[],
    values: readonly unknown[],
    around?: Around,
  ): Promise<boolean> {
    const told = JSON.stringify(events.map((event) => ({ audited: isAudited(event.type), content: event })));
    const query = { ...statement, values: [account, told, ...values] };
    const last = await this.#database.write(query, around);
    if (last === null) return false;
    if (last > 0)
      this.#feed.committed(
        account,
        events.map((event, at) => ({ id: last - events.length + 1 + at, ...event })),
      );
    return true;
  }
}
