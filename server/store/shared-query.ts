import { DATABASE_LIMITS } from '../limits.ts';

interface Waiting<Key, Result> {
  readonly key: Key;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Queries in progress at once: the second one can start before the first has ended. */
const LANES = 2;

/**
 * Combines calls into one query. Calls that arrive while queries are in progress share the next one, so each gets what
 * was committed before it was made. This costs a fifth of a query per call; nothing is cached.
 */
export class SharedQuery<Key, Result> {
  /** Returns the results in the order of the keys. */
  readonly #ask: (keys: readonly Key[]) => Promise<readonly (Result | undefined)[]>;
  readonly #waiting: Waiting<Key, Result>[] = [];
  #inProgress = 0;
  #isScheduled = false;

  constructor(ask: (keys: readonly Key[]) => Promise<readonly (Result | undefined)[]>) {
    this.#ask = ask;
  }

  get(key: Key): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for other calls of the same round of the event loop. */
  #schedule(): void {
    if (this.#isScheduled || this.#inProgress >= LANES || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#isScheduled = false;
    this.#inProgress++;
    const batch = this.#waiting.splice(0, DATABASE_LIMITS.keysAQuery);
    try {
      const results = await this.#ask(batch.map(({ key }) => key));
      for (const [at, { resolve }] of batch.entries()) resolve(results[at]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#inProgress--;
    this.#schedule();
  }
}

/** Rows of a query over `unnest(…) WITH ORDINALITY AS …(…, n)` in the order of the arrays; undefined: no row. */
export function inOrder<Row extends { readonly n: number }>(rows: readonly Row[]): (Row | undefined)[] {
  const ordered: (Row | undefined)[] = [];
  for (const row of rows) ordered[row.n - 1] = row;
  return ordered;
}
