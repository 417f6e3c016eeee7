import type { Instant } from '../../instant.ts';
import { CHECK_LIMITS } from '../../limits.ts';
import type { CheckTimes, DueCheck } from '../store.ts';
import { DueTurns, type OwnedEntry } from './due-turns.ts';
import { FORMAT, SCHEDULE_COLUMNS, type ScheduleLine } from './formats.ts';

/** One domain's line in the schedule. Times are in seconds since 1970: 100,000 of them take no room so. */
interface Check extends OwnedEntry {
  readonly id: number;
  known: boolean;
  checkedAt: number | null;
  dkimDue: number | null;
  returnPathDue: number | null;
  /** Handed out by `take`, and not noted since. */
  taken: boolean;
}

/** How many lines of the file are made at once. */
const LINES_AT_ONCE = 500;

/** No check is due later than this, in seconds from now: what says so was written while the clock was wrong. */
const LONGEST_WAIT = CHECK_LIMITS.longestWait / 1000;

/** Seconds by which the clock has to go back for what was planned to be looked at anew. */
const CLOCK_WENT_BACK = 60;

const ZERO = '0'.charCodeAt(0);

/** When each domain is to be checked. It costs nothing while nothing is due. */
export class Schedule {
  readonly #checks = new Map<number, Check>();
  readonly #turns = new DueTurns<Check>();
  readonly #suspended = new Set<number>();
  /** What time it was when somebody last said so. */
  #now: number;

  constructor(now: Instant) {
    this.#now = instantToSeconds(now);
  }

  /** A domain that is to be checked from now on; without times it is due at once. */
  add(account: number, id: number, times?: ScheduleLine): void {
    const check: Check = {
      due: 0,
      place: -1,
      id,
      account,
      known: times !== undefined,
      checkedAt: toSeconds(times?.[1] ?? null),
      dkimDue: toSeconds(times?.[2] ?? null),
      returnPathDue: toSeconds(times?.[3] ?? null),
      taken: false,
    };
    this.#checks.set(id, check);
    this.#bound(check);
    this.#place(check);
  }

  remove(id: number): void {
    const check = this.#checks.get(id);
    if (check === undefined) return;
    this.#turns.remove(check);
    this.#checks.delete(id);
  }

  removeAccount(account: number, domains: readonly { readonly id: number }[]): void {
    for (const { id } of domains) this.remove(id);
    this.#suspended.delete(account);
  }

  /** Holds the account's domains back, or lets them in again. */
  suspend(account: number, suspended: boolean, domains: readonly { readonly id: number }[]): void {
    if (this.#suspended.has(account) === suspended) return;
    if (suspended) this.#suspended.add(account);
    else this.#suspended.delete(account);
    for (const { id } of domains) {
      const check = this.#checks.get(id);
      if (check !== undefined) this.#place(check);
    }
  }

  /** See `Store.takeDueChecks`. */
  take(now: Instant, limit: number): DueCheck[] {
    const due: DueCheck[] = [];
    const seconds = instantToSeconds(now);
    this.#tellTime(seconds);
    while (due.length < limit) {
      const check = this.#turns.take(seconds);
      if (check === undefined) break;
      check.taken = true;
      due.push({ account: check.account, id: check.id });
    }
    return due;
  }

  countDue(now: Instant): number {
    return this.#turns.countDue(instantToSeconds(now));
  }

  /** False: there is no such domain (any more). */
  note(account: number, id: number, times: CheckTimes): boolean {
    const check = this.#find(account, id);
    if (check === undefined) return false;
    check.known = true;
    check.taken = false;
    check.checkedAt = toSeconds(times.checked_at);
    check.dkimDue = toSeconds(times.due.dkim);
    check.returnPathDue = toSeconds(times.due.return_path);
    this.#place(check);
    return true;
  }

  times(account: number, id: number): CheckTimes | undefined {
    const check = this.#find(account, id);
    if (check?.known !== true) return undefined;
    return {
      checked_at: toInstant(check.checkedAt),
      due: { dkim: toInstant(check.dkimDue), return_path: toInstant(check.returnPathDue) },
    };
  }

  /** `schedule.json`, a line a domain. */
  *text(): Iterable<string> {
    let lines = `{\n  "format": ${FORMAT},\n  "columns": ${JSON.stringify(SCHEDULE_COLUMNS)},\n  "checks": [`;
    let separator = '\n    ';
    let count = 0;
    for (const { id, known, checkedAt, dkimDue, returnPathDue } of this.#checks.values()) {
      if (!known) continue;
      lines += `${separator}[${id}, ${jsonInstant(checkedAt)}, ${jsonInstant(dkimDue)}, ${jsonInstant(returnPathDue)}]`;
      separator = ',\n    ';
      count++;
      if (count % LINES_AT_ONCE !== 0) continue;
      yield lines;
      lines = '';
    }
    yield `${lines}\n  ]\n}\n`;
  }

  #find(account: number, id: number): Check | undefined {
    const check = this.#checks.get(id);
    return check?.account === account ? check : undefined;
  }

  /** After the clock was ahead for a while, what was planned meanwhile would not be looked at for as long. */
  #tellTime(now: number): void {
    const wentBack = now < this.#now - CLOCK_WENT_BACK;
    this.#now = now;
    if (!wentBack) return;
    for (const check of this.#checks.values()) {
      this.#bound(check);
      this.#place(check);
    }
  }

  /** What lies too far ahead is due after the longest wait, and what was done in the future has been done now. */
  #bound(check: Check): void {
    const latest = this.#now + LONGEST_WAIT;
    check.checkedAt = atMost(this.#now, check.checkedAt);
    check.dkimDue = atMost(latest, check.dkimDue);
    check.returnPathDue = atMost(latest, check.returnPathDue);
  }

  #place(check: Check): void {
    const due = check.known ? earliest(check.dkimDue, check.returnPathDue) : 0;
    this.#turns.remove(check);
    if (due === null || check.taken || this.#suspended.has(check.account)) return;
    check.due = due;
    this.#turns.put(check);
  }
}

function atMost(bound: number, seconds: number | null): number | null {
  return seconds === null ? null : Math.min(bound, seconds);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function instantToSeconds(instant: Instant): number {
  // A third of the time of Date.parse, which a start with 100,000 domains does feel.
  const two = (at: number) => instant.charCodeAt(at) * 10 + instant.charCodeAt(at + 1) - 11 * ZERO;
  return Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), two(11), two(14), two(17)) / 1000;
}

function toSeconds(instant: Instant | null): number | null {
  return instant === null ? null : instantToSeconds(instant);
}

function toInstant(seconds: number | null): Instant | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function jsonInstant(seconds: number | null): string {
  return seconds === null ? 'null' : `"${toInstant(seconds)}"`;
}
