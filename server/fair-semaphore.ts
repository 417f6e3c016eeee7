/** Number that may be held at once: in total, and by one owner. */
export interface SemaphoreLimits {
  readonly total: number;
  readonly perOwner: number;
}

/**
 * A semaphore that serves owners in turn: an owner with many waiting acquisitions delays no other. First come, first
 * served within an owner.
 */
export class FairSemaphore<Owner> {
  readonly #limits: SemaphoreLimits;
  readonly #held = new Map<Owner, number>();
  /** Waiting acquisitions by owner, in the order of the owners' turns. */
  readonly #waiting = new Map<Owner, Set<() => void>>();
  #total = 0;

  constructor(limits: SemaphoreLimits) {
    this.#limits = limits;
  }

  /** Number that are held now. */
  get size(): number {
    return this.#total;
  }

  /** Resolves to true once acquired, to be given back with `release`; to false if `signal` aborts the wait. */
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

  /** Acquires without waiting; returns false if none is free. */
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

  /** Acquires, does the work, and releases even if it fails. */
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

  /** Skips owners that hold their whole share, which are few. */
  #admitNext(): void {
    for (const [owner, queue] of this.#waiting) {
      const [next] = queue;
      if (next === undefined || !this.tryAcquire(owner)) continue;
      queue.delete(next);
      // The owner's next acquisition comes after every other owner's.
      this.#waiting.delete(owner);
      if (queue.size > 0) this.#waiting.set(owner, queue);
      next();
      return;
    }
  }
}
