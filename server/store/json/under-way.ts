/** What is under way, so that the end can wait for it. */
export class UnderWay {
  readonly #running = new Set<Promise<unknown>>();

  /** The same promise, so that a caller can wait for it too. */
  run<T>(work: Promise<T>): Promise<T> {
    const forget = () => this.#running.delete(work);
    this.#running.add(work);
    work.then(forget, forget);
    return work;
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
