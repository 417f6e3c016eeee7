import { DIAGNOSIS_CODES, type DiagnosisCode } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { ByRecord, CheckTimes, DomainRef } from '../interface/domain-row.ts';
import type { Account } from './account.ts';
import type { LazyFile } from './disk/document.ts';
import { DueTurns, type OwnedEntry } from './due-turns.ts';
import { FORMAT, SCHEDULE_COLUMNS, type ScheduleFile } from './formats/files.ts';

/** When a domain was checked and is to be, in seconds since 1970: 100,000 of them take no room so. */
interface Times {
  readonly checkedAt: number | null;
  readonly beganAt: number | null;
  /** By record. */
  readonly dues: Readonly<Record<string, number | null>>;
  readonly codes: ByRecord<DiagnosisCode>;
}

interface Check extends OwnedEntry {
  readonly id: number;
  /** Null: not known. */
  times: Times | null;
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
  /** Times of domains that are not here yet. */
  readonly #loaded = new Map<number, Times>();

  /**
   * `content` is what the file holds. It is taken over before the accounts are read: what is left of so many lines has
   * gone by the time when their rows are there.
   */
  constructor(content: ScheduleFile | null, makeFile: (text: () => Iterable<string>) => ScheduleOnDisk) {
    for (const [id, ...times] of content?.checks ?? []) this.#loaded.set(id, toTimes(...times));
    this.#file = makeFile(() => this.#text());
  }

  /** Takes in every domain that is served, with the times that the file had. */
  load(rows: readonly AccountRow[], accounts: Iterable<Account>): void {
    for (const { id, suspended } of rows) if (suspended) this.#suspended.add(id);
    for (const account of accounts) {
      for (const { id } of account.state.domains) this.#add(account.id, id, this.#loaded.get(id) ?? null);
    }
    this.#loaded.clear();
  }

  /** A domain that is to be checked from now on; without times it is due at once. */
  add(account: number, id: number, times: CheckTimes | null): void {
    this.#add(account, id, times && fromCheckTimes(times));
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
  claim(now: Instant, limit: number, lease: number): DomainRef[] {
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

  /** See `CheckStore.listAhead`; `latestOf` gives the latest time of a domain. */
  *ahead(now: Instant, latestOf: (check: DomainRef) => Instant): Iterable<DomainRef> {
    const seconds = instantToSeconds(now);
    for (const { account, id, times } of this.#checks.values()) {
      if (times === null) continue;
      const latest = instantToSeconds(latestOf({ account, id }));
      const isLate = (at: number | null) => at === null || at > latest;
      const { checkedAt, beganAt, dues } = times;
      if ((checkedAt ?? 0) > seconds || (beganAt ?? 0) > seconds || Object.values(dues).some(isLate))
        yield { account, id };
    }
  }

  countDue(now: Instant): number {
    return this.#turns.countDue(instantToSeconds(now));
  }

  /** Does nothing where there is no such domain (any more). */
  note(account: number, id: number, times: CheckTimes): void {
    const check = this.#find(account, id);
    if (check === undefined) return;
    check.times = fromCheckTimes(times);
    this.#place(check);
    this.#file.touch();
  }

  /** Null: not known. */
  times(id: number): CheckTimes | null {
    const times = this.#checks.get(id)?.times;
    if (times === null || times === undefined) return null;
    const dues = Object.entries(times.dues).map(([record, at]) => [record, toInstant(at)]);
    return {
      checked_at: toInstant(times.checkedAt),
      began_at: toInstant(times.beganAt),
      due: Object.fromEntries(dues),
      codes: times.codes,
    };
  }

  /** Something that stays the same until the domain's times change. */
  version(id: number): unknown {
    return this.#checks.get(id)?.times;
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  *#text(): Iterable<string> {
    let lines = `{\n  "format": ${FORMAT},\n  "columns": ${JSON.stringify(SCHEDULE_COLUMNS)},\n  "checks": [`;
    let separator = '\n    ';
    let count = 0;
    for (const { id, times } of this.#checks.values()) {
      if (times === null) continue;
      lines += `${separator}${jsonLine(id, times)}`;
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

  #add(account: number, id: number, times: Times | null): void {
    const check: Check = { due: 0, place: -1, id, account, times };
    this.#checks.set(id, check);
    this.#place(check);
  }

  #place(check: Check): void {
    this.#turns.remove(check);
    const due = check.times === null ? 0 : earliest(check.times.dues);
    if (due !== null && !this.#suspended.has(check.account)) this.#putAt(check, due);
  }

  #putAt(check: Check, due: number): void {
    check.due = due;
    this.#turns.put(check);
  }
}

function jsonLine(id: number, { checkedAt, beganAt, dues, codes }: Times): string {
  let due = '';
  for (const [record, at] of Object.entries(dues)) due += `${due && ', '}["${record}", ${jsonInstant(at)}]`;
  let found = '';
  for (const [record, code] of Object.entries(codes)) found += `${found && ', '}["${record}", "${code}"]`;
  return `[${id}, ${jsonInstant(checkedAt)}, ${jsonInstant(beganAt)}, [${due}], [${found}]]`;
}

function fromCheckTimes({ checked_at, began_at, due, codes }: CheckTimes): Times {
  return toTimes(checked_at, began_at, Object.entries(due), Object.entries(codes));
}

function toTimes(
  checkedAt: Instant | null,
  beganAt: Instant | null,
  due: readonly (readonly [record: string, at: Instant | null])[],
  found: readonly (readonly [record: string, code: DiagnosisCode])[],
): Times {
  const dues: Record<string, number | null> = {};
  for (const [record, at] of due) dues[record] = toSeconds(at);
  return { checkedAt: toSeconds(checkedAt), beganAt: toSeconds(beganAt), dues, codes: toCodes(found) };
}

/** The catalogue's own strings: those that come out of a file would be a string for each domain. */
const INTERNED = new Map(DIAGNOSIS_CODES.map((code) => [code, code]));

/** Frozen, because rows hold the same object. */
function toCodes(
  found: readonly (readonly [record: string, code: DiagnosisCode])[],
): ByRecord<DiagnosisCode> {
  const codes: Record<string, DiagnosisCode> = {};
  for (const [record, code] of found) codes[record] = INTERNED.get(code) ?? code;
  return Object.freeze(codes);
}

/** Null: none of them is. */
function earliest(dues: Times['dues']): number | null {
  let first: number | null = null;
  for (const due of Object.values(dues)) if (due !== null && (first === null || due < first)) first = due;
  return first;
}

function instantToSeconds(instant: Instant): number {
  // A third of the time of Date.parse, which a start with 100,000 domains does feel.
  const two = (at: number) => instant.charCodeAt(at) * 10 + instant.charCodeAt(at + 1) - 11 * ZERO;
  const seconds = Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), two(11), two(14), two(17)) / 1000;
  // As an integer of 32 bits, until 2038, it takes no object of its own.
  const small = seconds | 0;
  return small === seconds ? small : seconds;
}

function toSeconds(instant: Instant | null): number | null {
  return instant === null ? null : instantToSeconds(instant);
}

const DAY = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** The day that was written last, as most of a file's are the same. */
let lastDay = { number: Number.NaN, text: '' };

/** In a tenth of the time of `toISOString`, which each write of 100,000 lines does feel. */
function toInstant(seconds: number | null): Instant | null {
  if (seconds === null) return null;
  const number = Math.floor(seconds / DAY);
  if (lastDay.number !== number)
    lastDay = { number, text: new Date(number * DAY * 1000).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const inDay = seconds - number * DAY;
  const two = (unit: number) => TWO_DIGITS[Math.floor(inDay / unit) % 60];
  return `${lastDay.text}${two(3600)}:${two(60)}:${two(1)}Z`;
}

function jsonInstant(seconds: number | null): string {
  return seconds === null ? 'null' : `"${toInstant(seconds)}"`;
}
