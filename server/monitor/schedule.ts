import type { Instant } from '../instant.ts';
import { DAY, HOUR, instantAfter, MINUTE, toInstant } from '../instant.ts';
import { type RandomSource, randomFraction } from '../random.ts';
import { keyOf } from '../records/record-states.ts';
import type {
  ByRecord,
  CheckTimes,
  DomainRow,
  RecordId,
  RecordState,
} from '../store/interface/domain-row.ts';
import type { Silence } from '../verification/kept-diagnosis.ts';
import { isUnreachable } from '../verification/record-state.ts';

/** While a record is not verified: at these ages, then every so often up to an age. Milliseconds. */
const FIRST_CHECKS = [1, 2, 5, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE);
const RHYTHMS = [
  { every: HOUR, upTo: 72 * HOUR },
  { every: 6 * HOUR, upTo: 14 * DAY },
  { every: DAY, upTo: 30 * DAY },
];

const WHILE_VERIFIED = 6 * HOUR;
const WHILE_VERIFIED_JITTER = 0.1;
const LONGEST_WHILE_VERIFIED = WHILE_VERIFIED * (1 + WHILE_VERIFIED_JITTER);
const WHILE_DEGRADED = 15 * MINUTE;
/** A verified record is unreachable when nothing definitive has been heard of it for so long. Milliseconds. */
const UNREACHABLE_AFTER = DAY;
/** Until the check that confirms a silence that was already longer when it was first met. Milliseconds. */
const CONFIRMED_AFTER = 15 * MINUTE;
/** No record waits longer than this for its next check. Milliseconds. */
const LONGEST_WAIT = DAY;
/** When a check is made again that the store could not keep. Milliseconds. */
export const RETRY_AFTER_FAILURE = MINUTE;

/** When a new or renamed domain is first checked. */
export function firstCheckTimes(row: DomainRow, random: RandomSource): CheckTimes {
  const due = dueOf(row, (state) => nextCheck(state, new Date(state.since), random));
  return { checked_at: null, began_at: null, due, codes: {} };
}

/** The times after a check of these records at `now`; the others keep theirs. */
export function nextCheckTimes(
  row: DomainRow,
  checked: readonly RecordId[],
  now: Date,
  random: RandomSource,
  silence: Silence | null = null,
): Pick<CheckTimes, 'checked_at' | 'due'> {
  const due = dueOf(row, (state) => {
    const planned = row.checks?.due[state.id];
    if (planned !== undefined && !checked.includes(state.id)) return planned;
    const next = earlierOf(nextCheck(awaited(row, state), now, random), silenceEnds(state, silence, now));
    return earlierOf(next, keyChangesAt(row, state, now));
  });
  return { checked_at: toInstant(now), due };
}

/** The domain's times with other ones for these records, which are looked for from now on; null: as soon as possible. */
export function lookFor(
  row: DomainRow,
  ids: readonly RecordId[],
  now: Date,
  random: RandomSource,
): CheckTimes | null {
  const { checks } = row;
  if (checks === null) return null;
  const due = dueOf(row, (state) =>
    ids.includes(state.id)
      ? nextCheck(awaited(row, state), now, random)
      : (checks.due[state.id] ?? toInstant(now)),
  );
  return { ...checks, due };
}

/** A CNAME record's state as it is awaited with a pending key at its name: as new as the key, verified or not. */
function awaited(row: DomainRow, state: RecordState): RecordState {
  const key = keyOf(row, state.id);
  const isAwaited = state.kind === 'cname' && key?.state === 'pending';
  return isAwaited ? { ...state, verified: false, degraded: false, since: key.created_at } : state;
}

/** When the key that a record publishes can be used, or retires. */
function keyChangesAt(row: DomainRow, state: RecordState, now: Date): Instant | null {
  const { usable_at = null, retires_at = null } = keyOf(row, state.id) ?? {};
  const isAhead = usable_at !== null && usable_at > toInstant(now);
  return earlierOf(retires_at, isAhead ? usable_at : null);
}

/**
 * The times without what a clock has left in them that was ahead for a while: a record that waits longer than its
 * schedule ever lets it, or that has been given up too early, is scheduled as if it had been checked now. The same
 * object where nothing is to be changed.
 */
export function correctTimes(row: DomainRow, times: CheckTimes, now: Date, random: RandomSource): CheckTimes {
  const due = dueOf(row, (state) => {
    const at = times.due[state.id] ?? null;
    return at !== null && at <= latestCheck(state, now) ? at : nextCheck(state, now, random);
  });
  const checked_at = atMost(times.checked_at, now);
  const began_at = atMost(times.began_at, now);
  const isUnchanged =
    checked_at === times.checked_at &&
    began_at === times.began_at &&
    row.records.every(({ id }) => due[id] === times.due[id]);
  return isUnchanged ? times : { checked_at, began_at, due, codes: times.codes };
}

function atMost(at: Instant | null, now: Date): Instant | null {
  return at !== null && at > toInstant(now) ? toInstant(now) : at;
}

/** The latest time at which a record in this state is due that was checked by now. */
export function latestCheck({ verified }: Pick<RecordState, 'verified'>, now: Date): Instant {
  return instantAfter(now, verified ? LONGEST_WHILE_VERIFIED : LONGEST_WAIT);
}

/** The domain's times with this one for each record that is due by now. */
export function postponeDue(row: DomainRow, now: Date, at: Instant): CheckTimes {
  const late = dueRecords(row, now);
  return {
    checked_at: row.checks?.checked_at ?? null,
    began_at: row.checks?.began_at ?? null,
    due: dueOf(row, ({ id }) => (late.includes(id) ? at : (row.checks?.due[id] ?? null))),
    codes: row.checks?.codes ?? {},
  };
}

/** The records whose time has come, or is not known. */
export function dueRecords({ records, checks }: DomainRow, now: Date): readonly RecordId[] {
  const isDue = (at: Instant | null | undefined) =>
    at === undefined || (at !== null && Date.parse(at) <= now.getTime());
  return records.map(({ id }) => id).filter((id) => isDue(checks?.due[id]));
}

/** Whether a silence makes a verified record unreachable. */
export function isLongSilence({ heardAt, isConfirmed }: Silence, now: Date): boolean {
  return isConfirmed && now.getTime() >= heardAt.getTime() + UNREACHABLE_AFTER;
}

/** When a verified record becomes unreachable if a check still hears nothing then; null where that is not ahead. */
function silenceEnds(state: RecordState, silence: Silence | null, now: Date): Instant | null {
  if (silence?.record !== state.id || !state.verified || isUnreachable(state)) return null;
  const longEnough = silence.heardAt.getTime() + UNREACHABLE_AFTER;
  const at = silence.isConfirmed ? longEnough : Math.max(longEnough, now.getTime() + CONFIRMED_AFTER);
  return at > now.getTime() ? toInstant(new Date(at)) : null;
}

function earlierOf(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function dueOf(
  { records }: DomainRow,
  timeOf: (state: RecordState) => Instant | null,
): ByRecord<Instant | null> {
  return Object.fromEntries(records.map((state) => [state.id, timeOf(state)]));
}

/** When a record in this state, checked now, is checked again without being asked; null: not any more. */
export function nextCheck(state: RecordState, now: Date, random: RandomSource): Instant | null {
  const at = nextCheckAt(state, now.getTime(), random);
  return at === null ? null : toInstant(new Date(at));
}

function nextCheckAt(state: RecordState, now: number, random: RandomSource): number | null {
  if (state.verified && state.degraded && !isUnreachable(state)) return now + WHILE_DEGRADED;
  if (state.verified)
    return now + WHILE_VERIFIED * (1 + WHILE_VERIFIED_JITTER * (2 * randomFraction(random) - 1));
  // A clock that was ahead has put the beginning into the future.
  const since = Math.min(Date.parse(state.since), now);
  const age = nextAge(now - since);
  return age === null ? null : since + age;
}

/** The first age on the schedule that lies ahead. */
function nextAge(age: number): number | null {
  const first = FIRST_CHECKS.find((one) => one > age);
  if (first !== undefined) return first;
  const rhythm = RHYTHMS.find(({ upTo }) => upTo > age);
  return rhythm === undefined ? null : (Math.floor(age / rhythm.every) + 1) * rhythm.every;
}

/** Whether somebody is likely to be waiting for one of its records to be found. */
export function isRecent(row: DomainRow, now: Date): boolean {
  return row.records.some(({ verified, since }) => !verified && now.getTime() - Date.parse(since) < HOUR);
}
