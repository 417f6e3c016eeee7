import type { DomainRow } from './domain-row.ts';
import type { Change, NewEvent } from './events.ts';
import type { TokenRow } from './token-row.ts';

export interface DomainFilter {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly verified?: boolean | undefined;
  /** Only those with one of these names. */
  readonly domains?: readonly string[] | undefined;
}

/** Why a domain cannot be created, or not under this name. `gone`: there is no such account, or domain. */
export type DomainObstacle =
  | { kind: 'taken'; by: DomainRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

/** How a change to a domain ended. */
export type DomainChange =
  | { kind: 'written'; row: DomainRow; events: readonly NewEvent[] }
  | { kind: 'unchanged'; row: DomainRow }
  | DomainObstacle;

/** A domain to create where the account does not hold `name` yet and has fewer than `limit`. */
export interface DomainCreation {
  readonly account: number;
  readonly name: string;
  readonly limit: number;
  /**
   * Called once, when nothing is in the way. May take long: whether something is in the way then is looked at again. What
   * it resolves to is given an id that was never given before and never will be again.
   */
  readonly prepare: () => Promise<(id: number) => DomainRow>;
  readonly events: (row: DomainRow) => readonly NewEvent[];
}

export interface DomainStore {
  /** The same object as long as nothing about the domain has changed. */
  get(account: number, id: number): Promise<DomainRow | undefined>;
  /** By id. */
  list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]>;
  /** Those of all accounts, suspended ones included, that have one of these names. By id. */
  named(names: readonly string[]): Promise<readonly DomainRow[]>;
  /** What is in the way of `name` now, null for nothing. `limit`: see `create`; null for a domain that is renamed. */
  findObstacle(account: number, name: string, limit: number | null): Promise<DomainObstacle | null>;
  create(creation: DomainCreation): Promise<DomainChange>;
  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange>;
  /**
   * With its keys, its evidence and its share links, all or nothing. Its label is retired, as by a rename. False: there
   * was none.
   */
  delete(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean>;
}
