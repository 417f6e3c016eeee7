import { isAudited } from '../audited-events.ts';
import type { NewEvent } from '../interface/events.ts';
import { InTurn, PendingTasks } from '../tasks.ts';
import type { Around, Database } from './database.ts';
import type { Feed } from './feed.ts';
import { type Query, sqlForRows, type Values } from './sql.ts';

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

  /** As `change`, within a call that is served. */
  inTurn<T>(account: number, call: () => Promise<T | null>): Promise<T> {
    return this.#turns.run(account, () => repeat(call));
  }

  /** Runs a commit of `sql/`. False: a condition of it did not hold, and nothing was changed. */
  async commit(
    name: string,
    account: number,
    events: readonly NewEvent[],
    values: Values,
    around?: Around,
  ): Promise<boolean> {
    const records = eventRecords(events);
    const commit = (write: string) => sqlForRows(name, records, { write, account, ...values });
    return this.#tell(account, events, await this.#database.write(commit, around));
  }

  /** As `commit`, for a statement that changes of different accounts share. */
  share<Change extends Values>(name: string) {
    const write = this.#database.shareWrites<Change & { account: number; events: string }>(name);
    return async (account: number, events: readonly NewEvent[], change: Change): Promise<boolean> =>
      this.#tell(account, events, await write({ ...change, account, events: eventDocuments(events) }));
  }

  /** `last`: the account's last event after the change, 0 if it is not told of it; null: nothing was changed. */
  #tell(account: number, events: readonly NewEvent[], last: number | null): boolean {
    if (last === null) return false;
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

/** The events of one change as a shared statement takes them. */
export function eventDocuments(events: readonly NewEvent[]): string {
  const documents = events.map((event) => ({ content: event, audited: isAudited(event.type), at: event.at }));
  return JSON.stringify(documents);
}

/** Events as statements take them. */
export function eventRecords<Event extends NewEvent>(events: readonly Event[]) {
  return events.map(({ type, domain, actor, at, changes }) => ({
    event: JSON.stringify({ type, domain, actor, at, changes }),
    audited: isAudited(type),
    event_domain: domain?.id ?? null,
    event_at: at,
  }));
}
