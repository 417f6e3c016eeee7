import { shuttingDown } from '../shutting-down.ts';

/** What the store is doing, so that its end can wait for it. */
export class PendingTasks {
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  /** Does what somebody asked for. Rejects with `unavailable` once the store is closing. */
  serve<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const task = work();
    const forget = () => this.#running.delete(task);
    this.#running.add(task);
    task.then(forget, forget);
    return task;
  }

  /** As `serve`, for a look at what is in memory. */
  async look<T>(look: () => T): Promise<T> {
    if (this.#closed) throw shuttingDown();
    return look();
  }

  /** Refuses everything from now on; resolves once nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}

/** Does what is asked for one key one after the other; other keys do not wait. */
export class InTurn<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** `work` is told how what was before it failed; undefined if it did not. */
  async run<T>(key: Key, work: (failure?: unknown) => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const own = before.then(() => work(), work);
    this.#last.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#last.get(key) === own) this.#last.delete(key);
    }
  }
}
