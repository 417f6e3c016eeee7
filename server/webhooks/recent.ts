import { WEBHOOK_LIMITS } from '../limits.ts';

/** What several endpoints need at about the same time, made once for all of them. */
export class Recent<T> {
  /** The oldest first. */
  readonly #made = new Map<string, Promise<T>>();
  readonly #limit: number;

  /** Remembers so many. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What `make` resolves to, now or within `WEBHOOK_LIMITS.sharedFor`. Not remembered where `isWorthIt` says no. */
  get(key: string, make: () => Promise<T>, isWorthIt: (made: T) => boolean = () => true): Promise<T> {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    const forget = () => {
      if (this.#made.get(key) === made) this.#made.delete(key);
    };
    made.then((value) => isWorthIt(value) || forget(), forget);
    setTimeout(forget, WEBHOOK_LIMITS.sharedFor).unref();
    const [oldest] = this.#made.keys();
    if (this.#made.size > this.#limit && oldest !== undefined) this.#made.delete(oldest);
    return made;
  }
}
