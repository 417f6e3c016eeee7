import type { Instant } from '../../instant.ts';
import type { AccountRow, ByRecord, CheckTimes, DueCheck } from '../store.ts';
import type { Account } from './account.ts';
import { DueTurns, type OwnedEntry } from './due-turns.ts';
import { FORMAT, SCHEDULE_COLUMNS, type ScheduleFile } from './formats.ts';
import type { LazyFile } from './lazy-file.ts';

/** One domain's line in the schedule. Times are in seconds since 1970: 100,000 of them take no room so. */
interface Check extends OwnedEntry {
  readonly id: number;
  known: boolean;
  checkedAt: number | null;
  /** By record. */
  dues: Readonly<Record<string, number | null>>;
  beganAt: number | null;
  /** Rises with each change of the times. */
  version: number;
}

/** How many lines of the file are made at once. */
const LINES_AT_ONCE = 500;

const ZERO = '0'.charCodeAt(0);

/** Where the schedule is kept. */
type ScheduleOnDisk = Pick<LazyFile, 'touch' | 'flush'>;

/** When each domain is to be checked: `schedule.json`. It costs nothing while nothing is due. */
export class Schedule {
  readonly #checks = new Map<number, Check>();
  readonly #turns = new DueTurns<Check>();
  readonly #suspended = new Set<number>();
  readonly #file: ScheduleOnDisk;

  constructor(makeFile: (text: () => Iterable<string>) => ScheduleOnDisk) {
    this.#file = makeFile(() => this.#text());
  }

  /** Takes in every domain that is served, with the times that the file has. */
  load(content: ScheduleFile | null, rows: readonly AccountRow[], accounts: Iterable<Account>): void {
    const lines = new Map(content?.checks.map((line) => [line[0], line]));
    for (const { id, suspended } of rows) if (suspended) this.#suspended.add(id);
    for (const account of accounts) {
      for (const { id } of account.domains) {
        const line = lines.get(id);
        this.#add(account.id, id, line === undefined ? null : toTimes(line));
      }
    }
  }

  /** A domain that is to be checked from now on; without times it is due at once. */
  add(account: number, id: number, times: CheckTimes | null): void {
    this.#add(account, id, times);
    this.#file.touch();
  }

  remove(id: number): void {
    const check = this.#checks.get(id);
    if (check === undefined) return;
    this.#turns.remove(check);
    this.#checks.delete(id);
    this.#file.touch();
  }

  removeAccount(account: number): void {
    for (const check of this.#checks.values()) if (check.account === account) this.remove(check.id);
    this.#suspended.delete(account);
  }

  /** Holds the account's domains back, or lets them in again. */
  suspend(account: number, suspended: boolean): void {
    if (this.#suspended.has(account) === suspended) return;
    if (suspended) this.#suspended.add(account);
    else this.#suspended.delete(account);
    for (const check of this.#checks.values()) if (check.account === account) this.#place(check);
  }

  /** See `CheckStore.claim`. */
  claim(now: Instant, limit: number, lease: number): DueCheck[] {
    const seconds = instantToSeconds(now);
    const claimed: Check[] = [];
    while (claimed.length < limit) {
      const check = this.#turns.take(seconds);
      if (check === undefined) break;
      claimed.push(check);
    }
    for (const check of claimed) this.#putAt(check, seconds + lease);
    return claimed.map(({ account, id }) => ({ account, id }));
  }

  countDue(now: Instant): number {
    return this.#turns.countDue(instantToSeconds(now));
  }

  /** Content where there is no such domain (any more). */
  note(account: number, id: number, times: CheckTimes): void {
    const check = this.#find(account, id);
    if (check === undefined) return;
    set(check, times);
    this.#place(check);
    this.#file.touch();
  }

  /** Null: not known. The same object until they change. */
  times(account: number, id: number): CheckTimes | null {
    const check = this.#find(account, id);
    if (check?.known !== true) return null;
    return {
      checked_at: toInstant(check.checkedAt),
      began_at: toInstant(check.beganAt),
      due: mapValues(check.dues, toInstant),
    };
  }

  /** Another number after each change of a domain's times. */
  version(id: number): number {
    return this.#checks.get(id)?.version ?? 0;
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  /** A line a domain. */
  *#text(): Iterable<string> {
    let lines = `{\n  "format": ${FORMAT},\n  "columns": ${JSON.stringify(SCHEDULE_COLUMNS)},\n  "checks": [`;
    let separator = '\n    ';
    let count = 0;
    for (const { id, known, checkedAt, beganAt, dues } of this.#checks.values()) {
      if (!known) continue;
      const due = Object.entries(dues).map(([record, at]) => `["${record}", ${jsonInstant(at)}]`);
      lines += `${separator}[${id}, ${jsonInstant(checkedAt)}, ${jsonInstant(beganAt)}, [${due.join(', ')}]]`;
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

  #add(account: number, id: number, times: CheckTimes | null): void {
    const check: Check = {
      due: 0,
      place: -1,
      id,
      account,
      known: false,
      checkedAt: null,
      dues: {},
      beganAt: null,
      version: 0,
    };
    if (times !== null) set(check, times);
    this.#checks.set(id, check);
    this.#place(check);
  }

  #place(check: Check): void {
    this.#turns.remove(check);
    const due = check.known ? earliest(check.dues) : 0;
    if (due !== null && !this.#suspended.has(check.account)) this.#putAt(check, due);
  }

  #putAt(check: Check, due: number): void {
    check.due = due;
    this.#turns.put(check);
  }
}

function set(check: Check, times: CheckTimes): void {
  check.known = true;
  check.checkedAt = toSeconds(times.checked_at);
  check.beganAt = toSeconds(times.began_at);
  check.dues = mapValues(times.due, toSeconds);
  check.version++;
}

function toTimes([, checked_at, began_at, due]: ScheduleFile['checks'][number]): CheckTimes {
  return { checked_at, began_at, due: Object.fromEntries(due) };
}

/** Null: none of them is. */
function earliest(dues: Check['dues']): number | null {
  let first: number | null = null;
  for (const due of Object.values(dues)) if (due !== null && (first === null || due < first)) first = due;
  return first;
}

function mapValues<A, B>(record: Readonly<Record<string, A>> | ByRecord<A>, map: (value: A) => B) {
  const entries: [string, A][] = Object.entries(record);
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value)]));
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
