import type { Instant } from '../../instant.ts';
import type { CheckTimes, DomainRef, DomainRow } from './domain-row.ts';
import type { Change, JsonValue, NewEvent } from './events.ts';

/** The latest time at which a domain in each state can be due. */
export interface LatestDue {
  readonly verified: Instant;
  readonly unverified: Instant;
}

/** A check that is about to end. */
export interface EndingCheck extends DomainRef {
  /** Of the active key as the check began: what it found out is of no use once the domain has no such key. */
  readonly selector: string;
  /** When its first question was asked: it goes into the row's `checks.began_at`. */
  readonly began: Instant;
}

/** What a check comes to. */
export interface CheckResult {
  /** What it saw: JSON of the caller's own shape, which replaces what was kept before. */
  readonly evidence: JsonValue;
  /** What changes about the domain; its `checks` are not looked at. */
  readonly change: Change<DomainRow>;
  /** When each record is next looked at, and when the check ended; of the row as the change has left it. */
  readonly times: (row: DomainRow) => Omit<CheckTimes, 'began_at'>;
}

/**
 * How a check ended. `dropped`: nothing of it was kept, because a check that began later has ended already, or because
 * the domain no longer has the key.
 */
export type CheckEnd =
  | { kind: 'written'; row: DomainRow; events: readonly NewEvent[] }
  | { kind: 'unchanged'; row: DomainRow }
  | { kind: 'dropped'; row: DomainRow }
  | { kind: 'gone' };

export interface CheckStore {
  /**
   * The domains of accounts that are not suspended whose time has come: accounts take turns, over all calls together,
   * and of each the longest due comes first. None is given again within `lease` seconds, unless it is finished or
   * rescheduled before.
   */
  claim(now: Instant, limit: number, lease: number): Promise<readonly DomainRef[]>;
  /** Evidence, change, events and times in one; who hears of an event finds the evidence of it. */
  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd>;
  /**
   * The domains whose times a clock that was ahead can have left behind: checked or begun after `now`, or with a record
   * that is due later than `latest` says for a domain that is verified or not, or never.
   */
  listAhead(now: Instant, latest: LatestDue): Promise<readonly DomainRef[]>;
  /** Other times, without a check. Nothing happens where the domain is gone. */
  reschedule(check: DomainRef, times: CheckTimes): Promise<void>;
  /** How many checks are due at `now` and not claimed: what an operator watches. */
  countDue(now: Instant): Promise<number>;
  /**
   * What the last check saw. Undefined: none, or damaged, which the next check repairs.
   * Rejects with `unavailable` where it cannot be read now.
   */
  evidence(account: number, id: number): Promise<JsonValue | undefined>;
}
