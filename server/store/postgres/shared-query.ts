import { DATABASE_LIMITS } from '../../limits.ts';

interface Waiting<Key, Result> {
  readonly key: Key;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Queries under way at once: a second one, so that nobody waits for the end of the first. */
const LANES = 2;

/**
 * One query for all who ask at the same moment: what arrives while queries are in flight shares the next one, so that
 * everybody gets what was committed before they asked. It costs a fifth of a query for each, and nothing is cached.
 */
export class SharedQuery<Key, Result> {
  /** Gives for each key its result, in the same order. */
  readonly #ask: (keys: readonly Key[]) => Promise<readonly (Result | undefined)[]>;
  #waiting: Waiting<Key, Result>[] = [];
  #inFlight = 0;
  #isScheduled = false;

  constructor(ask: (keys: readonly Key[]) => Promise<readonly (Result | undefined)[]>) {
    this.#ask = ask;
  }

  /** Undefined: there is none. */
  get(key: Key): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#schedule();
    });
  }

  /** Others of the same round of the event loop join in. */
  #schedule(): void {
    if (this.#isScheduled || this.#inFlight >= LANES || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#isScheduled = false;
    this.#inFlight++;
    const batch = this.#waiting.splice(0, DATABASE_LIMITS.keysAQuery);
    try {
      const results = await this.#ask(batch.map(({ key }) => key));
      for (const [at, { resolve }] of batch.entries()) resolve(results[at]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#inFlight--;
    this.#schedule();
  }
}

/** The rows of a query over `unnest(…) WITH ORDINALITY AS w(…, n)`, in the order of what was asked for. */
export function inOrderOf<Row extends { readonly n: number }>(rows: readonly Row[]): (Row | undefined)[] {
  const ordered: (Row | undefined)[] = [];
  for (const row of rows) ordered[row.n - 1] = row;
  return ordered;
}
