import { toInstant } from '../instant.ts';
import { type RandomSource, randomFraction } from '../random.ts';
import { stateOf } from '../records/record-states.ts';
import type { CheckTimes, DomainRow, DueCheck, Store } from '../store/store.ts';
import { isRecent, postponeDue } from './schedule.ts';

type SpreadStore = Pick<
  Store,
  'countDueChecks' | 'takeDueChecks' | 'getDomain' | 'checkTimes' | 'noteCheckTimes'
>;

/** So many at once are no more than the monitor's daily bread. */
const SPREAD_THRESHOLD = 250;
const CHECKS_PER_SECOND = 25;
const LONGEST_SPREAD_SECONDS = 6 * 3600;
const AT_ONCE = 500;

/**
 * After a long stop everything is due at once, and would be so again six hours later. Gives each check a time of its
 * own in the time ahead, a quarter of an hour for 20,000 of them; whoever waits for a new domain doesn't wait longer.
 */
export async function spreadOverdue(store: SpreadStore, now: Date, random: RandomSource): Promise<void> {
  const count = store.countDueChecks(toInstant(now));
  if (count <= SPREAD_THRESHOLD) return;
  const spread = Math.min(count / CHECKS_PER_SECOND, LONGEST_SPREAD_SECONDS) * 1000;
  const young: (() => void)[] = [];
  for (;;) {
    const taken = await store.takeDueChecks(toInstant(now), AT_ONCE);
    if (taken.length === 0) break;
    for (const check of taken) {
      const row = await store.getDomain(check.account, check.id);
      if (row === undefined) continue;
      const times = store.checkTimes(check.account, check.id);
      if (isRecent(row, now)) young.push(() => note(store, check, spreadTimes(row, times, now, now)));
      else
        note(
          store,
          check,
          spreadTimes(row, times, now, new Date(now.getTime() + spread * randomFraction(random))),
        );
    }
  }
  // Only now, for they would be taken again at once.
  for (const noteAgain of young) noteAgain();
}

function note(store: SpreadStore, { account, id }: DueCheck, times: CheckTimes): void {
  store.noteCheckTimes(account, id, times);
}

function spreadTimes(row: DomainRow, times: CheckTimes | undefined, now: Date, at: Date): CheckTimes {
  return postponeDue(times, now, (key) => (stateOf(row, key) === null ? null : toInstant(at)));
}
