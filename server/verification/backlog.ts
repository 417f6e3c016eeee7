import { setImmediate } from 'node:timers/promises';
import type { RandomSource } from '../dkim/selector.ts';
import { toInstant } from '../instant.ts';
import type { CheckTimes, DomainRow, DueCheck, Store } from '../store/store.ts';
import type { RecordKey } from './published-record.ts';
import { dueRecords, fraction, isYoung } from './schedule.ts';

type BacklogStore = Pick<
  Store,
  'countDueChecks' | 'takeDueChecks' | 'getDomain' | 'checkTimes' | 'noteCheckTimes'
>;

/** So many at once are no more than the monitor's daily bread. */
const UNREMARKABLE = 250;
const CHECKS_PER_SECOND = 25;
const LONGEST_SPREAD_SECONDS = 6 * 3600;
const AT_ONCE = 500;

/**
 * After a long stop everything is due at once, and would be so again six hours later. Gives each check a time of its
 * own in the time ahead, a quarter of an hour for 20,000 of them; whoever waits for a new domain doesn't wait longer.
 */
export async function spreadBacklog(store: BacklogStore, now: Date, random: RandomSource): Promise<void> {
  const count = store.countDueChecks(toInstant(now));
  if (count <= UNREMARKABLE) return;
  const spread = Math.min(count / CHECKS_PER_SECOND, LONGEST_SPREAD_SECONDS) * 1000;
  const young: (() => void)[] = [];
  for (;;) {
    const taken = await store.takeDueChecks(toInstant(now), AT_ONCE);
    if (taken.length === 0) break;
    // Nothing here waits for a disk: others have their turn between one part of the backlog and the next.
    await setImmediate();
    for (const check of taken) {
      const row = await store.getDomain(check.account, check.id);
      if (row === undefined) continue;
      const times = store.checkTimes(check.account, check.id);
      if (isYoung(row, now)) young.push(() => note(store, check, spreadTimes(row, times, now, now)));
      else
        note(store, check, spreadTimes(row, times, now, new Date(now.getTime() + spread * fraction(random))));
    }
  }
  // Only now, for they would be taken again at once.
  for (const noteAgain of young) noteAgain();
}

function note(store: BacklogStore, { account, id }: DueCheck, times: CheckTimes): void {
  store.noteCheckTimes(account, id, times);
}

function spreadTimes(row: DomainRow, times: CheckTimes | undefined, now: Date, at: Date): CheckTimes {
  const due = dueRecords(times, now);
  const time = (key: RecordKey) =>
    due.includes(key) && row[key] !== null ? toInstant(at) : (times?.due[key] ?? null);
  return {
    checked_at: times?.checked_at ?? null,
    due: { dkim: time('dkim'), return_path: time('return_path') },
  };
}
