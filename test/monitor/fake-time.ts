import type { Clock } from '../../server/instant.ts';
import type { Timer } from '../../server/timer.ts';

/** Time that passes when a test says so. */
export class FakeTime {
  #now: number;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  readonly clock: Clock = () => new Date(this.#now);

  readonly timer: Timer = (ms, run) => {
    const entry = { at: this.#now + ms, run };
    this.#timers.add(entry);
    return () => this.#timers.delete(entry);
  };

  /** Lets time pass and runs what is due by then, in its order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
