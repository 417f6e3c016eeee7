import { storeClosed } from './errors.ts';

/** What the store is doing, so that its end can wait for it. */
export class PendingTasks {
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  /** Does what somebody asked for. Rejects with `unavailable` once the store is closing. */
  serve<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(storeClosed());
    const task = work();
    const forget = () => this.#running.delete(task);
    this.#running.add(task);
    task.then(forget, forget);
    return task;
  }

  /** @throws LetterheadError `unavailable`. */
  assertOpen(): void {
    if (this.#closed) throw storeClosed();
  }

  /** Refuses everything from now on; resolves once nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
