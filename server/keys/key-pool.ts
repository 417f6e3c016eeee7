import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LetterheadError } from '@letterhead/shared';
import { ACCOUNT_LIMITS } from '../limits.ts';
import { shuttingDown } from '../shutting-down.ts';
import type { KeyPair, KeySource } from './key-source.ts';

/** Worker crashes in a row, without a key in between, after which waiting calls are rejected. */
const MAX_FAILURES = 3;

export interface KeyPoolOptions {
  readonly size?: number;
  /** Called each time the worker dies; it is restarted. */
  readonly onWorkerDeath: (error: Error) => void;
  /** Starts a thread that answers each message with a `KeyPair`. */
  readonly createWorker?: () => Worker;
}

/**
 * Keeps RSA-2048 keys ready, generated one at a time by one worker thread. When none is ready, accounts get new keys in
 * turn, so that one that adds many domains does not delay the others; calls of one account are served in order.
 */
export class KeyPool implements KeySource {
  readonly #size: number;
  readonly #onWorkerDeath: (error: Error) => void;
  readonly #createWorker: () => Worker;
  readonly #ready: KeyPair[] = [];
  /** By account, in the order of their turns. */
  readonly #waiting = new Map<number, PromiseWithResolvers<KeyPair>[]>();
  #worker: Worker | undefined;
  #requested = false;
  #failures = 0;
  #closed = false;

  constructor({ size = 32, onWorkerDeath, createWorker = createKeyWorker }: KeyPoolOptions) {
    this.#size = size;
    this.#onWorkerDeath = onWorkerDeath;
    this.#createWorker = createWorker;
  }

  /** Makes keys until enough are ready: called once a server listens, because on two cores it slows the start by a sixth. */
  fill(): void {
    this.#requestNext();
  }

  take(account: number): Promise<KeyPair> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const ready = this.#ready.shift();
    const key = ready === undefined ? this.#wait(account) : Promise.resolve(ready);
    this.#requestNext();
    return key;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectWaiting(shuttingDown());
    this.#ready.length = 0;
    await this.#worker?.terminate();
  }

  #wait(account: number): Promise<KeyPair> {
    const queue = this.#waiting.get(account) ?? [];
    if (queue.length >= ACCOUNT_LIMITS.waitingRequests)
      return Promise.reject(noKey('Too many domains of this account wait for a new key.'));
    const waiter = Promise.withResolvers<KeyPair>();
    queue.push(waiter);
    this.#waiting.set(account, queue);
    return waiter.promise;
  }

  /** Removes and returns the waiter for the next key; undefined if there is none. */
  #nextWaiter(): PromiseWithResolvers<KeyPair> | undefined {
    const [next] = this.#waiting;
    if (next === undefined) return undefined;
    const [account, queue] = next;
    const waiter = queue.shift();
    // The account's next waiter comes after every other account.
    this.#waiting.delete(account);
    if (queue.length > 0) this.#waiting.set(account, queue);
    return waiter;
  }

  /** Requests one key from the worker, unless one is already requested or enough are ready. */
  #requestNext(): void {
    const enough = this.#waiting.size === 0 && this.#ready.length >= this.#size;
    if (!this.#closed && !this.#requested && !enough) {
      this.#worker ??= this.#startWorker();
      this.#requested = true;
      this.#worker.postMessage('next');
    }
    // Lets the process exit unless a call waits for a key.
    if (this.#waiting.size > 0) this.#worker?.ref();
    else this.#worker?.unref();
  }

  #startWorker(): Worker {
    const worker = this.#createWorker();
    let reason: Error | undefined;
    worker.on('message', (pair: KeyPair) => this.#receive(pair));
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) =>
      this.#restartWorker(reason ?? new Error(`The key worker ended with code ${code}.`)),
    );
    return worker;
  }

  #receive(pair: KeyPair): void {
    this.#requested = false;
    this.#failures = 0;
    if (this.#closed) return;
    const waiter = this.#nextWaiter();
    if (waiter === undefined) this.#ready.push(pair);
    else waiter.resolve(pair);
    this.#requestNext();
  }

  #restartWorker(reason: Error): void {
    this.#worker = undefined;
    this.#requested = false;
    if (this.#closed) return;
    this.#onWorkerDeath(reason);
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) {
      this.#requestNext();
      return;
    }
    // Stops restarting here; the next call starts a new series of attempts.
    this.#failures = 0;
    this.#rejectWaiting(noKey('No key could be generated.'));
  }

  #rejectWaiting(error: Error): void {
    for (const queue of this.#waiting.values()) for (const waiter of queue) waiter.reject(error);
    this.#waiting.clear();
  }
}

/** Starts the worker without the parent's flags and environment, which it does not need. */
function createKeyWorker(): Worker {
  // The package holds it as JavaScript.
  const file = new URL(`./key-worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { name: 'keys', execArgv: [], env: {} });
}

/** Error for a call that cannot get a key now. */
function noKey(reason: string): LetterheadError {
  const message = `${reason} Nothing was changed; try again in a few seconds.`;
  return new LetterheadError('unavailable', message, { retryAfter: 5 });
}
