import { LetterheadError } from '@letterhead/shared';
import type { CheckObserver } from './run-check.ts';

/** Where the monitor tells the operator what it does; pino's loggers fit. */
export interface CheckLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** One line for each change of state, and none for a check without news. */
export function createCheckLog(log: CheckLog): CheckObserver {
  return {
    checked({ row, events }) {
      for (const { type, changes } of events) {
        log.info({ account: row.account_id, domain: row.id, name: row.domain, ...changes }, type);
      }
    },
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
