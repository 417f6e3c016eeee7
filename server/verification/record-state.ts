import type { Status } from '@letterhead/shared';
import { type Instant, toInstant } from '../instant.ts';
import type { RecordState } from '../store/interface/domain-row.ts';

/** The age from which a record that was never found is not checked without being asked. Milliseconds. */
const GIVEN_UP_AFTER = 30 * 86_400_000;

/**
 * A record's state in the store, read in one place. `degraded` with `verified` still true: the last check found it
 * wrong, or, without `wrong_since`, it is unreachable. `degraded` with `verified` taken away: it is lost, and since when
 * is `since`.
 */

export function isLost(state: RecordState): boolean {
  return !state.verified && state.degraded;
}

/** Verified, but nothing definitive has been heard of it for so long that it was told. */
export function isUnreachable({ verified, degraded, wrong_since }: RecordState): boolean {
  return verified && degraded && wrong_since === null;
}

/** A state that began at `now` at the latest: a clock that was ahead may have put its beginning into the future. */
export function begunBy(state: RecordState, now: Date): RecordState {
  const latest = toInstant(now);
  const { since, wrong_since } = state;
  if (since <= latest && (wrong_since === null || wrong_since <= latest)) return state;
  const earliest = (at: Instant) => (at > latest ? latest : at);
  return { ...state, since: earliest(since), wrong_since: wrong_since && earliest(wrong_since) };
}

export function asVerified(state: RecordState): RecordState {
  return { ...state, verified: true, degraded: false, wrong_since: null };
}

export function asDegraded(state: RecordState, now: Instant): RecordState {
  return { ...state, degraded: true, wrong_since: now };
}

/** An earlier wrong finding is forgotten: after so long, the next one is a first one again. */
export function asUnreachable(state: RecordState): RecordState {
  return { ...state, degraded: true, wrong_since: null };
}

export function asLost(state: RecordState, now: Instant): RecordState {
  return { ...state, verified: false, degraded: true, since: now, wrong_since: state.wrong_since ?? now };
}

/** The status of a record at `now`; that of the DKIM record is its domain's. */
export function statusOf(state: RecordState, now: Date): Status {
  if (state.verified) return state.degraded ? 'degraded' : 'verified';
  const givenUp = now.getTime() - Date.parse(state.since) >= GIVEN_UP_AFTER;
  return isLost(state) || givenUp ? 'failed' : 'pending';
}
