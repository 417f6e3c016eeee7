import { setImmediate } from 'node:timers/promises';
import { LetterheadError } from '@letterhead/shared';
import type { RandomSource } from '../random.ts';
import type { DomainRow, Store } from '../store/store.ts';
import { correctTimes } from './schedule.ts';

type ScheduleStore = Pick<Store, 'listAccounts' | 'listDomains' | 'checkTimes' | 'noteCheckTimes'>;

/** How many domains are looked at before others have their turn: a millisecond or two. */
const AT_A_STRETCH = 500;

/** Corrects the times of all domains after a clock that may have been ahead (`correctTimes`). */
export async function correctSchedule(store: ScheduleStore, now: Date, random: RandomSource): Promise<void> {
  for (const { id } of await store.listAccounts()) {
    const rows = await listedOf(store, id);
    for (const [at, row] of rows.entries()) {
      if (at % AT_A_STRETCH === 0) await setImmediate();
      const times = store.checkTimes(id, row.id);
      const corrected = times && correctTimes(row, times, now, random);
      if (corrected !== undefined && corrected !== times) store.noteCheckTimes(id, row.id, corrected);
    }
  }
}

/** None where the account's file is damaged, of which the store tells by itself. */
async function listedOf(store: ScheduleStore, account: number): Promise<readonly DomainRow[]> {
  try {
    return await store.listDomains(account, {});
  } catch (error) {
    if (error instanceof LetterheadError) return [];
    throw error;
  }
}
