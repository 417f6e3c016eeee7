import { run } from './engine.ts';

/** So that an address that a killed test leaves behind is gone before long. */
const SECONDS = '900';

/**
 * Adds addresses to the loopback interface: it has all of 127.0.0.0/8 already, but named only listens at addresses that
 * it can list, and of IPv6 there is just one. Disposing of them removes them. For the suites that vitest.config.ts runs
 * apart from browsers.
 */
export class LoopbackAddresses implements AsyncDisposable {
  readonly #added: readonly string[];

  private constructor(added: readonly string[]) {
    this.#added = added;
  }

  static async add(addresses: readonly string[]): Promise<LoopbackAddresses> {
    for (const address of addresses) {
      const times = ['valid_lft', SECONDS, 'preferred_lft', SECONDS];
      await run('ip', 'address', 'add', address, 'dev', 'lo', ...times);
    }
    return new LoopbackAddresses(addresses);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const address of this.#added) await run('ip', 'address', 'delete', address, 'dev', 'lo');
  }
}
