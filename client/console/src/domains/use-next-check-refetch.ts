import { useCallback } from 'preact/hooks';

/** Delay for the check to finish after it is due. */
const AFTER_DUE_MS = 2_000;
const SOONEST_MS = 5_000;
const LATEST_MS = 5 * 60_000;

interface Dated {
  readonly next_check_at: Date | null;
}

interface Query {
  readonly state: { readonly data: Dated | readonly Dated[] | undefined };
}

/** Refetches after the next check, because a check that changes nothing causes no event. */
export function useNextCheckRefetch(): (query: Query) => number {
  return useCallback(({ state: { data = [] } }) => {
    const due = [data]
      .flat()
      .map(({ next_check_at }) => next_check_at?.getTime() ?? Number.POSITIVE_INFINITY);
    const next = due.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    return Math.min(Math.max(next - Date.now() + AFTER_DUE_MS, SOONEST_MS), LATEST_MS);
  }, []);
}
