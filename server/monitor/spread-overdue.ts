import { setImmediate } from 'node:timers/promises';
import { toInstant } from '../instant.ts';
import { type RandomSource, randomFraction } from '../random.ts';
import type { DomainRef, DomainRow } from '../store/interface/domain-row.ts';
import type { Store } from '../store/store.ts';
import { isRecent, postponeDue } from './schedule.ts';

type SpreadStore = Pick<Store, 'domains' | 'checks'>;

/** Up to this many overdue checks are normal, and not spread. */
const SPREAD_THRESHOLD = 250;
const CHECKS_PER_SECOND = 25;
const LONGEST_SPREAD_SECONDS = 6 * 3600;
const AT_ONCE = 500;
/** Seconds that the spreading may take. */
const LEASE = 600;

/**
 * After a long stop everything is due at once, and would be so again six hours later. Gives each check a time of its
 * own in the time ahead, a quarter of an hour for 20,000 of them; whoever waits for a new domain doesn't wait longer.
 */
export async function spreadOverdue(store: SpreadStore, now: Date, random: RandomSource): Promise<void> {
  const count = await store.checks.countDue(toInstant(now));
  if (count <= SPREAD_THRESHOLD) return;
  const spread = Math.min(count / CHECKS_PER_SECOND, LONGEST_SPREAD_SECONDS) * 1000;
  const recent: (readonly [DomainRef, DomainRow])[] = [];
  for (;;) {
    const claimed = await store.checks.claim(toInstant(now), AT_ONCE, LEASE);
    if (claimed.length === 0) break;
    // Nothing here waits for a disk: others have their turn between one part of the backlog and the next.
    await setImmediate();
    const spreadOne = async (check: DomainRef) => {
      const row = await store.domains.get(check.account, check.id);
      if (row === undefined) return;
      const at = new Date(now.getTime() + spread * randomFraction(random));
      if (isRecent(row, now)) recent.push([check, row]);
      else await store.checks.reschedule(check, postponeDue(row, now, toInstant(at)));
    };
    await Promise.all(claimed.map(spreadOne));
  }
  // Rescheduled last, because they are due now and would be claimed again at once.
  for (const [check, row] of recent)
    await store.checks.reschedule(check, postponeDue(row, now, toInstant(now)));
}
