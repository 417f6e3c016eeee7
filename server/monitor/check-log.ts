import { LetterheadError } from '@letterhead/shared';
import type { CheckObserver } from './run-check.ts';

/** Where the monitor tells the operator what it does; pino's loggers fit. */
export interface CheckLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A line for each check that could not be kept. What a check has changed, the store tells: it is an event. */
export function createCheckLog(log: CheckLog): CheckObserver {
  return {
    checked() {},
    failed(target, error) {
      // The store says by itself, once, what is wrong with it.
      const level = error instanceof LetterheadError ? 'warn' : 'error';
      log[level]({ ...target, err: error }, 'A check could not be kept; it is made again.');
    },
  };
}

/** One observer that tells several. */
export function combineObservers(...observers: readonly CheckObserver[]): CheckObserver {
  return {
    checked: (report) => observers.forEach((observer) => void observer.checked(report)),
    failed: (target, error) => observers.forEach((observer) => void observer.failed(target, error)),
  };
}
