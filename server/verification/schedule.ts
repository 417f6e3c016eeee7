import type { RandomSource } from '../dkim/selector.ts';
import type { Instant } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { CheckTimes, DomainRow, RecordState } from '../store/store.ts';
import { RECORD_KEYS, type RecordKey } from './published-record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** While a record is not verified: at these ages, then every so often up to an age. Milliseconds. */
const FIRST_LOOKS = [1, 2, 5, 10, 15].map((minutes) => minutes * MINUTE);
const RHYTHMS = [
  { every: HOUR, upTo: 72 * HOUR },
  { every: 6 * HOUR, upTo: 14 * DAY },
  { every: DAY, upTo: 30 * DAY },
];
/** The age from which a record that was never found is not looked at by itself any more. */
export const GIVEN_UP_AFTER = 30 * DAY;

const WHILE_VERIFIED = 6 * HOUR;
const WHILE_VERIFIED_JITTER = 0.1;
const LONGEST_WHILE_VERIFIED = WHILE_VERIFIED * (1 + WHILE_VERIFIED_JITTER);
const WHILE_DEGRADED = 15 * MINUTE;
/** No record waits longer than this for the next look at it. Milliseconds. */
export const LONGEST_WAIT = DAY;
/** When a check is made again that the store could not keep. Milliseconds. */
export const RETRY_AFTER_FAILURE = MINUTE;

/** When a new or renamed domain is first looked at. */
export function firstCheckTimes(row: DomainRow, random: RandomSource): CheckTimes {
  const at = (state: RecordState | null) =>
    state === null ? null : nextLook(state, new Date(state.since), random);
  return { checked_at: null, due: { dkim: at(row.dkim), return_path: at(row.return_path) } };
}

/** The times after a check at `now` that has looked at these records; the others keep theirs. */
export function nextCheckTimes(
  row: DomainRow,
  looked: readonly RecordKey[],
  previous: CheckTimes | undefined,
  now: Date,
  random: RandomSource,
): CheckTimes {
  const at = (key: RecordKey): Instant | null => {
    const state = row[key];
    if (state === null) return null;
    return looked.includes(key) || previous === undefined ? nextLook(state, now, random) : previous.due[key];
  };
  return { checked_at: toInstant(now), due: { dkim: at('dkim'), return_path: at('return_path') } };
}

/**
 * The times without what a clock has left in them that was ahead for a while: a record that waits longer than its
 * schedule ever lets it, or that has been given up too early, is looked at as if it had been looked at now. The same
 * object where nothing is to be changed.
 */
export function correctTimes(row: DomainRow, times: CheckTimes, now: Date, random: RandomSource): CheckTimes {
  const at = (key: RecordKey): Instant | null => {
    const state = row[key];
    const due = times.due[key];
    if (state === null || (due !== null && due <= latestLook(state, now))) return due;
    return nextLook(state, now, random);
  };
  const { checked_at } = times;
  const due = { dkim: at('dkim'), return_path: at('return_path') };
  const checked = checked_at !== null && checked_at > toInstant(now) ? toInstant(now) : checked_at;
  const isRight = checked === checked_at && RECORD_KEYS.every((key) => due[key] === times.due[key]);
  return isRight ? times : { checked_at: checked, due };
}

/** The latest time at which a record in this state is due that was looked at by now. */
function latestLook(state: RecordState, now: Date): Instant {
  return toInstant(new Date(now.getTime() + (state.verified ? LONGEST_WHILE_VERIFIED : LONGEST_WAIT)));
}

/** The records whose time has come; all of them where no times are known. */
export function dueRecords(times: CheckTimes | undefined, now: Date): readonly RecordKey[] {
  if (times === undefined) return RECORD_KEYS;
  return RECORD_KEYS.filter((key) => {
    const due = times.due[key];
    return due !== null && Date.parse(due) <= now.getTime();
  });
}

/** When a record in this state, looked at now, is looked at again by itself; null: not any more. */
export function nextLook(state: RecordState, now: Date, random: RandomSource): Instant | null {
  const at = nextLookAt(state, now.getTime(), random);
  return at === null ? null : toInstant(new Date(at));
}

function nextLookAt(state: RecordState, now: number, random: RandomSource): number | null {
  if (state.verified && state.degraded) return now + WHILE_DEGRADED;
  if (state.verified) return now + WHILE_VERIFIED * (1 + WHILE_VERIFIED_JITTER * (2 * fraction(random) - 1));
  // A clock that was ahead has put the beginning into the future.
  const since = Math.min(Date.parse(state.since), now);
  const age = nextAge(now - since);
  return age === null ? null : since + age;
}

/** The first age on the schedule that lies ahead. */
function nextAge(age: number): number | null {
  const first = FIRST_LOOKS.find((look) => look > age);
  if (first !== undefined) return first;
  const rhythm = RHYTHMS.find(({ upTo }) => upTo > age);
  return rhythm === undefined ? null : (Math.floor(age / rhythm.every) + 1) * rhythm.every;
}

/** At least 0 and less than 1. */
export function fraction(random: RandomSource): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}

/** Whether somebody is likely to be waiting for one of its records to be found. */
export function isYoung(row: DomainRow, now: Date): boolean {
  return RECORD_KEYS.some((key) => {
    const state = row[key];
    return state !== null && !state.verified && now.getTime() - Date.parse(state.since) < HOUR;
  });
}
