import { LetterheadError } from '@letterhead/shared';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Turns } from '../turns.ts';
import { memoizedSerialize } from './memoize-serialize.ts';

/**
 * The calls that travel in one tRPC request: each begins in a turn of its own, and they share what one request may
 * list. Queries run one after the other; changes wait for no answer, but only for the beginning of the one before, so
 * that they share the store's writes.
 */
export class Batch {
  readonly #turns: Turns;
  #before: Promise<void> | null = null;
  readonly #procedures = new Set<string>();
  #rows = 0;
  #bytes = 0;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  async run<Result>(type: string, call: () => Promise<Result>): Promise<Result> {
    const before = this.#before;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#before = promise;
    try {
      if (before !== null) {
        await before;
        await this.#turns.next();
      }
      if (type !== 'query') resolve();
      return await call();
    } finally {
      resolve();
    }
  }

  /**
   * Throws `rate_limited` where the calls before have listed all that one request may. A procedure's first call is
   * always served: what a page shows travels together, however much the account holds.
   */
  admit(procedure: string): void {
    const isFirst = !this.#procedures.has(procedure);
    this.#procedures.add(procedure);
    const { rows, answerBytes } = REQUEST_LIMITS;
    if (isFirst || (this.#rows < rows && this.#bytes < answerBytes)) return;
    throw new LetterheadError(
      'rate_limited',
      `The calls of one request list ${rows} rows or ${answerBytes / 1024 / 1024} MiB at most. Send the calls in requests of their own.`,
      { retryAfter: 1 },
    );
  }

  /** Counts what a call is answered with. */
  async spend(answer: unknown): Promise<void> {
    const rows: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
    if (Array.isArray(answer)) this.#rows += rows.length;
    await this.#turns.map(rows, (row) => {
      this.#bytes += JSON.stringify(memoizedSerialize(row)).length;
    });
  }
}
