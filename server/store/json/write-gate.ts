/** How many writes are under way at once: more would be no faster, but use up file handles and memory. */
const WRITES_AT_ONCE = 32;

/**
 * Lets writes pass side by side, as many as make sense, and holds them all back while something needs the folder
 * to stand still. What passes must not pass again from within: it might wait for itself.
 */
export class WriteGate {
  #passing = 0;
  #held = false;
  readonly #waiting: (() => void)[] = [];
  #emptied: (() => void) | null = null;
  /** One thing at a time holds the gate. */
  #holders: Promise<unknown> = Promise.resolve();

  async pass<T>(write: () => Promise<T>): Promise<T> {
    if (this.#held || this.#passing >= WRITES_AT_ONCE) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else {
      this.#passing++;
    }
    try {
      return await write();
    } finally {
      this.#passing--;
      this.#admit();
    }
  }

  /** Waits for the writes under way, and lets none begin before `work` is done. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#holders.then(() => this.#hold(work));
    this.#holders = result.catch(() => {});
    return result;
  }

  async #hold<T>(work: () => Promise<T>): Promise<T> {
    this.#held = true;
    try {
      if (this.#passing > 0) {
        await new Promise<void>((resolve) => {
          this.#emptied = resolve;
        });
      }
      return await work();
    } finally {
      this.#emptied = null;
      this.#held = false;
      this.#admit();
    }
  }

  #admit(): void {
    if (this.#held) {
      if (this.#passing === 0) this.#emptied?.();
      return;
    }
    while (this.#passing < WRITES_AT_ONCE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      // Counted here, so that who comes before it goes on cannot take its place.
      this.#passing++;
      next();
    }
  }
}
