import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_LIMITS } from '../../limits.ts';
import { unavailable } from './errors.ts';

/** How long one call may try to reach the database, and how long it waits between two tries. */
export class Deadline {
  readonly #end = performance.now() + DATABASE_LIMITS.deadline;
  #tries = 0;

  /** Rejects with `unavailable` where there is no time for another try. */
  async pause(error: unknown): Promise<void> {
    const wait = backOff(this.#tries++);
    if (performance.now() + wait > this.#end) throw unavailable(error);
    await sleep(wait);
  }

  /** As `work`, which goes on by itself; rejects with `unavailable` where that takes too long. */
  async orUnavailable<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = sleep(Math.max(0, this.#end - performance.now()), undefined, { signal: over.signal });
    try {
      return await Promise.race([
        work,
        late.then(() => {
          throw unavailable();
        }),
      ]);
    } finally {
      over.abort();
      late.catch(() => {});
    }
  }
}

/** Milliseconds before the next try: twice as long each time, and never the same for two. */
export function backOff(tries: number): number {
  const { shortestWait, longestWait } = DATABASE_LIMITS;
  return Math.min(longestWait, shortestWait * 2 ** tries) * (0.5 + Math.random() / 2);
}
