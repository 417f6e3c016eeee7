import { LetterheadError } from '@letterhead/shared';
import type { StoreLog } from '../store/store-log.ts';
import type { CheckObserver } from './run-check.ts';

/** A line for each check that could not be kept. What a check has changed, the store tells: it is an event. */
export function createCheckLog(log: Pick<StoreLog, 'warn' | 'error'>): Pick<CheckObserver, 'failed'> {
  return {
    failed(target, error) {
      // The store says by itself, once, what is wrong with it.
      const level = error instanceof LetterheadError ? 'warn' : 'error';
      log[level]({ ...target, err: error }, 'A check could not be kept; it is made again.');
    },
  };
}

/** Passes each report on to the observers that want it. */
export function combineObservers(...observers: readonly Partial<CheckObserver>[]): CheckObserver {
  return {
    checked: (report) => observers.forEach((observer) => void observer.checked?.(report)),
    failed: (target, error) => observers.forEach((observer) => void observer.failed?.(target, error)),
  };
}
