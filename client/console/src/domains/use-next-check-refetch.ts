import { useCallback } from 'preact/hooks';
import { isRetryable } from '../api/api-error.ts';

/** Delay for the check to finish after it is due. */
const AFTER_DUE_MS = 2_000;
const SOONEST_MS = 5_000;
/** Of so many, hardly any is looked at when it is due: a full reading comes the more seldom, the more there are. */
const SOONEST_MS_PER_DOMAIN = 50;
const LATEST_MS = 5 * 60_000;

interface Dated {
  readonly next_check_at: Date | null;
}

interface Query {
  readonly state: { readonly data: Dated | readonly Dated[] | undefined; readonly error: unknown };
}

/** Refetches after the next check, because a check that changes nothing causes no event. */
export function useNextCheckRefetch(): (query: Query) => number {
  return useCallback(({ state: { data = [], error } }) => {
    if (error !== null && isRetryable(error)) return SOONEST_MS;
    const read = [data].flat();
    const due = read.map(({ next_check_at }) => next_check_at?.getTime() ?? Number.POSITIVE_INFINITY);
    const next = due.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    return Math.min(Math.max(next - Date.now() + AFTER_DUE_MS, soonestReading(read.length)), LATEST_MS);
  }, []);
}

/** How long a reading of so many is good for, in milliseconds, as far as no event tells of a change. */
export function soonestReading(domains: number): number {
  return Math.max(SOONEST_MS, domains * SOONEST_MS_PER_DOMAIN);
}
