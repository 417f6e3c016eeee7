/**
 * Lets writes pass side by side, and holds them all back while something needs the folder to stand still.
 * What passes must not pass again from within: it would wait for itself once the gate is held.
 */
export class WriteGate {
  #passing = 0;
  #held: Promise<void> | null = null;
  #emptied: (() => void) | null = null;

  async pass<T>(write: () => Promise<T>): Promise<T> {
    while (this.#held !== null) await this.#held;
    this.#passing++;
    try {
      return await write();
    } finally {
      this.#passing--;
      if (this.#passing === 0) this.#emptied?.();
    }
  }

  /** Waits for the writes under way, and lets none begin before `work` is done. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held !== null) await this.#held;
    const { promise, resolve: release } = Promise.withResolvers<void>();
    this.#held = promise;
    try {
      if (this.#passing > 0) {
        await new Promise<void>((resolve) => {
          this.#emptied = resolve;
        });
      }
      return await work();
    } finally {
      this.#emptied = null;
      this.#held = null;
      release();
    }
  }
}
