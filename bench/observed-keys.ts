import type { KeyPair, KeySource } from '../server/keys/key-source.ts';

/** A source of keys that remembers of each whether it was ready when it was asked for. */
export class ObservedKeys implements KeySource {
  readonly ready: boolean[] = [];
  readonly #keys: KeySource;

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  async take(account: number): Promise<KeyPair> {
    const at = this.ready.push(true) - 1;
    // Comes before anything that a key still to be made could bring.
    const late = setImmediate(() => {
      this.ready[at] = false;
    });
    const pair = await this.#keys.take(account);
    clearImmediate(late);
    return pair;
  }

  close(): Promise<void> {
    return this.#keys.close();
  }
}
