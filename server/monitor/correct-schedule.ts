import { setImmediate } from 'node:timers/promises';
import { LetterheadError } from '@letterhead/shared';
import type { RandomSource } from '../random.ts';
import type { DomainRow, Store } from '../store/store.ts';
import { correctTimes } from './schedule.ts';

type ScheduleStore = Pick<Store, 'accounts' | 'domains' | 'checks'>;

/** How many domains are looked at before others have their turn: a millisecond or two. */
const AT_A_STRETCH = 500;

/** Corrects the times of all domains after a clock that may have been ahead (`correctTimes`). */
export async function correctSchedule(store: ScheduleStore, now: Date, random: RandomSource): Promise<void> {
  for (const { id } of await store.accounts.list()) {
    const rows = await listedOf(store, id);
    for (const [at, row] of rows.entries()) {
      if (at % AT_A_STRETCH === 0) await setImmediate();
      const corrected = row.checks === null ? null : correctTimes(row, row.checks, now, random);
      if (corrected !== null && corrected !== row.checks)
        await store.checks.reschedule({ account: id, id: row.id }, corrected);
    }
  }
}

/** None where the account's file is damaged, of which the store tells by itself. */
async function listedOf(store: ScheduleStore, account: number): Promise<readonly DomainRow[]> {
  try {
    return await store.domains.list(account, {});
  } catch (error) {
    if (error instanceof LetterheadError) return [];
    throw error;
  }
}
