import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Invalidates queries in rounds: keys added during a round are collected for the next. A thousand events cost a few
 * rounds, and the last event is never missed.
 */
export class Invalidations {
  readonly #client: QueryClient;
  #pending = new Map<string, QueryKey>();
  #running = false;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  add(keys: readonly QueryKey[]): void {
    for (const key of keys) this.#pending.set(JSON.stringify(key), key);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#pending.size > 0) {
      const keys = [...this.#pending.values()];
      this.#pending = new Map();
      await Promise.allSettled(keys.map((queryKey) => this.#client.invalidateQueries({ queryKey })));
    }
    this.#running = false;
  }
}
