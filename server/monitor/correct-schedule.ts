import { setImmediate } from 'node:timers/promises';
import { toInstant } from '../instant.ts';
import type { RandomSource } from '../random.ts';
import type { Store } from '../store/store.ts';
import { correctTimes, latestCheck } from './schedule.ts';

type ScheduleStore = Pick<Store, 'domains' | 'checks'>;

/** How many domains are looked at before others have their turn: a millisecond or two. */
const AT_A_STRETCH = 100;

/**
 * Corrects the times that a clock that may have been ahead has left (`correctTimes`). All others are as they were,
 * whose rows are not even read: a start with very many domains comes here first.
 */
export async function correctSchedule(store: ScheduleStore, now: Date, random: RandomSource): Promise<void> {
  const latest = {
    verified: latestCheck({ verified: true }, now),
    unverified: latestCheck({ verified: false }, now),
  };
  const suspects = await store.checks.listAhead(toInstant(now), latest);
  for (const [at, check] of suspects.entries()) {
    if (at % AT_A_STRETCH === 0) await setImmediate();
    const row = await store.domains.get(check.account, check.id);
    if (row === undefined || row.checks === null) continue;
    const corrected = correctTimes(row, row.checks, now, random);
    if (corrected !== row.checks) await store.checks.reschedule(check, corrected);
  }
}
