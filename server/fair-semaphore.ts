/** How much may be under way at once: in all, and for one owner. */
export interface SemaphoreLimits {
  readonly total: number;
  readonly perOwner: number;
}

/**
 * Bounds how much is under way at once and shares it by owner in turn: an owner that has much waiting holds up no
 * other. Within an owner, first come is first served.
 */
export class FairSemaphore<Owner> {
  readonly #limits: SemaphoreLimits;
  readonly #held = new Map<Owner, number>();
  /** By owner, in the order in which their turns come. */
  readonly #waiting = new Map<Owner, Set<() => void>>();
  #total = 0;

  constructor(limits: SemaphoreLimits) {
    this.#limits = limits;
  }

  /** How many have been acquired and not released. */
  get size(): number {
    return this.#total;
  }

  /** Resolves to true once it is acquired, to be given back with `release`; to false where `signal` ends the wait. */
  acquire(owner: Owner, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) return Promise.resolve(false);
    if (this.tryAcquire(owner)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const queue = this.#waiting.get(owner) ?? new Set();
      this.#waiting.set(owner, queue);
      const proceed = () => {
        signal?.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        queue.delete(proceed);
        if (queue.size === 0 && this.#waiting.get(owner) === queue) this.#waiting.delete(owner);
        resolve(false);
      };
      queue.add(proceed);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Acquires without waiting; false where that is not possible now. */
  tryAcquire(owner: Owner): boolean {
    if (this.#total >= this.#limits.total || this.#isFull(owner)) return false;
    this.#total++;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
    return true;
  }

  release(owner: Owner): void {
    this.#total--;
    const held = (this.#held.get(owner) ?? 0) - 1;
    if (held > 0) this.#held.set(owner, held);
    else this.#held.delete(owner);
    this.#admitNext();
  }

  /** Acquires, does the work and releases, however the work ends. */
  async run<Result>(owner: Owner, work: () => Promise<Result>): Promise<Result> {
    await this.acquire(owner);
    try {
      return await work();
    } finally {
      this.release(owner);
    }
  }

  #isFull(owner: Owner): boolean {
    return (this.#held.get(owner) ?? 0) >= this.#limits.perOwner;
  }

  /** Only owners that hold their whole share are passed over, and of those there are few. */
  #admitNext(): void {
    for (const [owner, queue] of this.#waiting) {
      const [next] = queue;
      if (next === undefined || !this.tryAcquire(owner)) continue;
      queue.delete(next);
      // Whoever waits behind it comes after every other owner.
      this.#waiting.delete(owner);
      if (queue.size > 0) this.#waiting.set(owner, queue);
      next();
      return;
    }
  }
}
