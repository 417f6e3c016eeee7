/** A bound on how much is under way at once for each key; who finds no slot free waits, first come, first served. */
export class Slots {
  readonly #count: number;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(count: number) {
    this.#count = count;
  }

  /** Resolves to true with a slot, to be given back with `release`; to false where `signal` ends the wait. */
  take(key: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    const taken = this.#taken.get(key) ?? 0;
    if (taken < this.#count) {
      this.#taken.set(key, taken + 1);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const goAhead = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        waiting.delete(goAhead);
        resolve(false);
      };
      waiting.add(goAhead);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** The slot goes to whoever waits longest. */
  release(key: string): void {
    const waiting = this.#waiting.get(key);
    const [next] = waiting ?? [];
    if (next !== undefined) {
      waiting?.delete(next);
      next();
      return;
    }
    this.#waiting.delete(key);
    const taken = this.#taken.get(key) ?? 0;
    if (taken > 1) this.#taken.set(key, taken - 1);
    else this.#taken.delete(key);
  }
}
