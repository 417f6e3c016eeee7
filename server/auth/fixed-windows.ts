interface Window {
  count: number;
  readonly endsAt: number;
}

/** Counts by key, in windows of one length that each begin with the first request of their key. */
export class FixedWindows {
  readonly #length: number;
  readonly #now: () => number;
  /** In the order in which they began, which is that in which they end. */
  readonly #windows = new Map<number | string, Window>();

  /** `length` in milliseconds. */
  constructor(length: number, now: () => number = () => performance.now()) {
    this.#length = length;
    this.#now = now;
  }

  /** How many windows are under way. */
  get size(): number {
    return this.#windows.size;
  }

  /** Adds to a key's count. `left`: milliseconds until its window ends. */
  count(key: number | string, taken: number): { readonly count: number; readonly left: number } {
    const now = this.#now();
    this.#forgetEnded(now);
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { count: 0, endsAt: now + this.#length };
      this.#windows.set(key, window);
    }
    window.count += taken;
    return { count: window.count, left: window.endsAt - now };
  }

  #forgetEnded(now: number): void {
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt > now) return;
      this.#windows.delete(key);
    }
  }
}
