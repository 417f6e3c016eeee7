import { FairSemaphore } from '../../fair-semaphore.ts';
import { DNS_LIMITS } from '../../limits.ts';
import type { ServerAddress } from './server-address.ts';

const ALL = { total: DNS_LIMITS.questions, perOwner: DNS_LIMITS.questionsPerAccount };
const ONE_SERVER = {
  total: DNS_LIMITS.questionsPerServer,
  perOwner: DNS_LIMITS.questionsPerServerPerAccount,
};

/** Limits the sockets open at once, in total and per server, and shares them among accounts in turn. */
export class SocketSemaphore {
  readonly #all = new FairSemaphore<number>(ALL);
  readonly #byServer = new Map<string, FairSemaphore<number>>();

  /** Resolves to true if acquired (then call `release`), false if `signal` aborted the wait. */
  async acquire(server: ServerAddress, owner: number, signal: AbortSignal): Promise<boolean> {
    // Otherwise a semaphore would be created that no `release` deletes.
    if (signal.aborted) return false;
    if (!(await this.#toServer(server).acquire(owner, signal))) return false;
    if (await this.#all.acquire(owner, signal)) return true;
    this.#releaseServer(server, owner);
    return false;
  }

  release(server: ServerAddress, owner: number): void {
    this.#all.release(owner);
    this.#releaseServer(server, owner);
  }

  #toServer(server: ServerAddress): FairSemaphore<number> {
    const key = keyOf(server);
    const known = this.#byServer.get(key) ?? new FairSemaphore<number>(ONE_SERVER);
    this.#byServer.set(key, known);
    return known;
  }

  #releaseServer(server: ServerAddress, owner: number): void {
    const semaphore = this.#toServer(server);
    semaphore.release(owner);
    // Deletes the semaphore of a server that is no longer queried.
    if (semaphore.size === 0) this.#byServer.delete(keyOf(server));
  }
}

function keyOf({ address, port }: ServerAddress): string {
  return `${address} ${port}`;
}
