import { Worker } from 'node:worker_threads';
import { ACCOUNT_LIMITS } from '../limits.ts';
import { type KeyPair, type KeySource, noKey } from './key-source.ts';

/** Deaths of the worker in a row, without a key in between, after which those who wait are refused. */
const MAX_FAILURES = 3;

export interface KeyPoolOptions {
  /** How many keys are kept ready. */
  readonly size?: number;
  /** Told each time the worker dies; another takes its place. */
  readonly onWorkerDeath: (error: Error) => void;
  /** Starts a thread that answers each message with a `KeyPair`. */
  readonly startWorker?: () => Worker;
}

/**
 * RSA-2048 keys from one worker thread that makes one at a time and keeps some ready. More takers than ready keys are
 * served as keys get made: accounts in turn, so that one that adds many domains holds up no other, and within an
 * account in order.
 */
export class KeyPool implements KeySource {
  readonly #size: number;
  readonly #onWorkerDeath: (error: Error) => void;
  readonly #startWorker: () => Worker;
  readonly #ready: KeyPair[] = [];
  /** By account, in the order in which their turns come. */
  readonly #waiting = new Map<number, PromiseWithResolvers<KeyPair>[]>();
  #worker: Worker | undefined;
  #ordered = false;
  #failures = 0;
  #closed = false;

  constructor({ size = 32, onWorkerDeath, startWorker = startKeyWorker }: KeyPoolOptions) {
    this.#size = size;
    this.#onWorkerDeath = onWorkerDeath;
    this.#startWorker = startWorker;
    // After what else starts now: nobody waits for the pool to fill.
    setImmediate(() => this.#orderNext()).unref();
  }

  take(account: number): Promise<KeyPair> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const ready = this.#ready.shift();
    const key = ready === undefined ? this.#wait(account) : Promise.resolve(ready);
    this.#orderNext();
    return key;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refuseWaiting(shuttingDown());
    this.#ready.length = 0;
    await this.#worker?.terminate();
  }

  #wait(account: number): Promise<KeyPair> {
    const queue = this.#waiting.get(account) ?? [];
    if (queue.length >= ACCOUNT_LIMITS.waitingRequests)
      return Promise.reject(noKey('Too many domains of this account wait for a new key.'));
    const taker = Promise.withResolvers<KeyPair>();
    queue.push(taker);
    this.#waiting.set(account, queue);
    return taker.promise;
  }

  /** Removes who is to get the next key; undefined where nobody waits. */
  #nextTaker(): PromiseWithResolvers<KeyPair> | undefined {
    const [next] = this.#waiting;
    if (next === undefined) return undefined;
    const [account, queue] = next;
    const taker = queue.shift();
    // Whoever waits behind it comes after every other account.
    this.#waiting.delete(account);
    if (queue.length > 0) this.#waiting.set(account, queue);
    return taker;
  }

  /** One key is on order at any time, as long as one is missing. */
  #orderNext(): void {
    const enough = this.#waiting.size === 0 && this.#ready.length >= this.#size;
    if (!this.#closed && !this.#ordered && !enough) {
      this.#worker ??= this.#hire();
      this.#ordered = true;
      this.#worker.postMessage('next');
    }
    // A process that has nothing else to do ends, unless somebody waits for a key.
    if (this.#waiting.size > 0) this.#worker?.ref();
    else this.#worker?.unref();
  }

  #hire(): Worker {
    const worker = this.#startWorker();
    let reason: Error | undefined;
    worker.on('message', (pair: KeyPair) => this.#receive(pair));
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) =>
      this.#replace(reason ?? new Error(`The key worker ended with code ${code}.`)),
    );
    return worker;
  }

  #receive(pair: KeyPair): void {
    this.#ordered = false;
    this.#failures = 0;
    if (this.#closed) return;
    const taker = this.#nextTaker();
    if (taker === undefined) this.#ready.push(pair);
    else taker.resolve(pair);
    this.#orderNext();
  }

  #replace(reason: Error): void {
    this.#worker = undefined;
    this.#ordered = false;
    if (this.#closed) return;
    this.#onWorkerDeath(reason);
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) {
      this.#orderNext();
      return;
    }
    // The next taker gets a new series of attempts; until then, no loop.
    this.#failures = 0;
    this.#refuseWaiting(noKey('No key could be made.'));
  }

  #refuseWaiting(error: Error): void {
    for (const queue of this.#waiting.values()) for (const taker of queue) taker.reject(error);
    this.#waiting.clear();
  }
}

function shuttingDown(): Error {
  return noKey('Letterhead is shutting down.');
}

/** Free of the parent's flags and environment: it needs neither. */
function startKeyWorker(): Worker {
  return new Worker(new URL('./key-worker.ts', import.meta.url), { name: 'keys', execArgv: [], env: {} });
}
