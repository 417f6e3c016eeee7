import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_LIMITS } from '../../limits.ts';
import { unavailable } from './errors.ts';

/** The time that one call has to reach the database. */
export class Deadline {
  readonly #end = performance.now() + DATABASE_LIMITS.deadline;
  #tries = 0;

  get isOver(): boolean {
    return performance.now() > this.#end;
  }

  /** Waits before a retry. Rejects with `unavailable` if there is no time for one. */
  async pause(): Promise<void> {
    const wait = backOff(this.#tries++);
    if (performance.now() + wait > this.#end) throw unavailable();
    await sleep(wait);
  }

  /** Waits for `work`. Rejects with `unavailable` at the deadline. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(unavailable()), Math.max(0, this.#end - performance.now()));
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** Milliseconds before a retry: exponential, with jitter. */
export function backOff(tries: number): number {
  const { shortestWait, longestWait } = DATABASE_LIMITS;
  return Math.min(longestWait, shortestWait * 2 ** tries) * (0.5 + Math.random() / 2);
}
