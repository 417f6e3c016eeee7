import { LetterheadError } from '@letterhead/shared';

/** How many streams of events one token may hold open: a handful of browser tabs. */
const MAX_STREAMS = 20;

/** Counts the streams that each token holds open. */
export class OpenStreams {
  readonly #open = new Map<number, number>();

  /** Rejects with `rate_limited` where the token holds too many. What is returned has to be called at the end. */
  open(token: number): () => void {
    const held = this.#open.get(token) ?? 0;
    if (held >= MAX_STREAMS) {
      throw new LetterheadError(
        'rate_limited',
        `One token can follow ${MAX_STREAMS} streams at once. Close one, and try again.`,
        { retryAfter: 5 },
      );
    }
    this.#open.set(token, held + 1);
    return () => this.#release(token);
  }

  #release(token: number): void {
    const held = this.#open.get(token) ?? 0;
    if (held <= 1) this.#open.delete(token);
    else this.#open.set(token, held - 1);
  }
}
