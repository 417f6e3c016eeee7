import { isAudited } from '../audited-events.ts';
import type { NewEvent } from '../interface/events.ts';
import { InTurn, PendingTasks } from '../tasks.ts';
import type { Around, Database } from './database.ts';
import { Deadline } from './deadline.ts';
import { isUnanswered, unavailable } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Query, Values } from './sql.ts';

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
    return this.serve(() => this.inTurn(account, call));
  }

  /**
   * As `change`, within a call that is served. Rejects with `unavailable` where the call before has waited for the
   * database in vain, and this one for that: each would wait as long again.
   */
  inTurn<T>(account: number, call: () => Promise<T | null>): Promise<T> {
    const deadline = new Deadline();
    return this.#turns.run(account, async (failure) => {
      if (deadline.isOver && isUnanswered(failure)) throw unavailable();
      return repeat(call);
    });
  }

  /** Runs a commit of `sql/`. Null, as `change` has it: a condition of it did not hold, and nothing was changed. */
  async commit(
    name: string,
    account: number,
    events: readonly NewEvent[],
    values: Values,
    around?: Around,
  ): Promise<true | null> {
    const all = { account, events: eventDocuments(events), ...values };
    return this.#tell(account, events, await this.#database.write(name, all, around));
  }

  /** As `commit`, for a statement that changes of different accounts share. */
  share(name: string) {
    const write = this.#database.shareWrites(name);
    return async (account: number, events: readonly NewEvent[], values: Values): Promise<true | null> =>
      this.#tell(account, events, await write({ account, events: eventDocuments(events), ...values }));
  }

  /** `last`: the account's last event after the change, 0 if it is not told of it; null: nothing was changed. */
  #tell(account: number, events: readonly NewEvent[], last: number | null): true | null {
    if (last === null) return null;
    const first = last - events.length + 1;
    if (last > 0)
      this.#feed.committed(
        account,
        events.map((event, at) => ({ id: first + at, ...event })),
      );
    return true;
  }
}

/** Calls it until it resolves to something. */
export async function repeat<T>(call: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const result = await call();
    if (result !== null) return result;
  }
}

/** The events of a change as statements take them: JSON. */
export function eventDocuments(events: readonly NewEvent[]): string {
  return JSON.stringify(events.map(eventRecord));
}

/** Its content is text, which PostgreSQL keeps as it is, whatever is in its names. */
export function eventRecord({ type, domain, actor, at, changes }: NewEvent) {
  const content = JSON.stringify({ type, domain, actor, at, changes });
  return { content, audited: isAudited(type), domain_id: domain?.id ?? null, at };
}
