import type { Actor, EventType } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';

/** Something that is about to have happened; the store gives it its id. */
export interface NewEvent {
  readonly type: EventType;
  readonly domain: { readonly id: number; readonly name: string } | null;
  readonly actor: Actor;
  readonly at: Instant;
  readonly changes: Readonly<Record<string, JsonValue>>;
}

export interface EventRow extends NewEvent {
  /** Rises within the account. */
  readonly id: number;
}

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * What becomes of a row, with the events that tell of it; null where nothing is to change. It is given the row as it is
 * at the moment of the change, must be free of side effects, and can run more than once.
 */
export type Change<Row> = (row: Row) => { row: Row; events: readonly NewEvent[] } | null;

/** How the creation of a row ended. `gone`: its account, or the domain that it is for, is not there. */
export type Creation<Row> =
  | { kind: 'written'; row: Row }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

export interface EventFilter {
  readonly after: number;
  readonly limit: number;
  /** A domain's id. */
  readonly domain?: number | undefined;
}

/**
 * A page of an account's log. Of its older part audited events alone are kept (see `isAudited`), for 400 days; from
 * `first` on nothing is missing. `last` is the newest id that there is, 0 where nothing has happened.
 *
 * `truncated`: `after` lies below `first`, so that of the events from `after + 1` to `first - 1` only those are in
 * `events` that are audited. Whoever follows the log has missed the others. Whoever reads it from the start goes on
 * page by page with the last id of each: `afterIsKept` tells the two apart. It is false where the log is truncated and
 * `after` is neither 0 nor the id of an event that is kept.
 */
export interface EventPage {
  readonly events: readonly EventRow[];
  readonly truncated: boolean;
  readonly afterIsKept: boolean;
  readonly first: number | null;
  readonly last: number;
}

/** Ids rise by one within an account, and no event becomes visible after one with a higher id. */
export interface EventStore {
  /** Oldest first. An empty page for an account that is not there. */
  list(account: number, filter: EventFilter): Promise<EventPage>;
  /**
   * Calls `onNews` whenever the account may have new events, which are durable and listed by then, or may be gone, until
   * the result is disposed of. It may be called without need, and once for many events.
   */
  watch(account: number, onNews: () => void): Promise<AsyncDisposable>;
  /** The same for all accounts at once; events of other servers can go unnoticed. */
  watchAll(onNews: () => void): Promise<AsyncDisposable>;
}
