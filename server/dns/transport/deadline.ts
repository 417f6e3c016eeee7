/** Ends one question: when its own time is up, or when the signal of its check aborts. */
export class Deadline implements Disposable {
  #ended = false;
  #onEnd: (() => void) | null = null;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#timer = setTimeout(this.#end, milliseconds);
    if (signal.aborted) this.#end();
    else signal.addEventListener('abort', this.#end);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `listener` at the end, or at once if that has passed. Replaces the previous one; null removes it. */
  onEnd(listener: (() => void) | null): void {
    this.#onEnd = listener;
    if (this.#ended) listener?.();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#end);
    this.#onEnd = null;
  }

  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd?.();
  };
}
