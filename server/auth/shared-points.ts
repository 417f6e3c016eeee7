import { DATABASE_LIMITS } from '../limits.ts';
import type { RateStore } from '../store/interface/rates.ts';

/** What counts the points of keys. */
interface Limiter {
  penalty(key: string, points: number): Promise<unknown>;
}

/** Lets the servers of an installation count together: each counts by itself, and adds what the others have counted. */
export class SharedPoints {
  readonly #rates: RateStore;
  readonly #limiters: Limiter[] = [];
  /** Points taken since the last exchange, by `<limiter>:<key>`. */
  #taken: Record<string, number> = {};
  #keys = 0;

  constructor(rates: RateStore) {
    this.#rates = rates;
  }

  /** Limiters must be added in the same order in each server. Returns a function to call for each use. */
  add(limiter: Limiter): (key: number | string, points: number) => void {
    const at = this.#limiters.push(limiter) - 1;
    return (key, points) => this.#note(`${at}:${key}`, points);
  }

  /** Passes on to other servers what was counted here since the last call, and adds what they have counted. */
  async exchange(): Promise<void> {
    const taken = this.#taken;
    this.#taken = {};
    this.#keys = 0;
    for (const others of await this.#rates.exchange(taken)) {
      for (const [name, points] of Object.entries(others)) {
        const [at = ''] = name.split(':', 1);
        await this.#limiters[Number(at)]?.penalty(name.slice(at.length + 1), points);
      }
    }
  }

  #note(name: string, points: number): void {
    const taken = this.#taken[name];
    if (taken === undefined && this.#keys >= DATABASE_LIMITS.keysAnExchange) return;
    if (taken === undefined) this.#keys++;
    this.#taken[name] = (taken ?? 0) + points;
  }
}
