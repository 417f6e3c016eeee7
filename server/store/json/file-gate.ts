import { FairSemaphore } from '../../fair-semaphore.ts';
import { FILE_LIMITS } from '../../limits.ts';

/** Owns what is the whole installation's; accounts begin at 1. */
export const INSTALLATION = 0;

/**
 * Bounds how many files are read and written at once, shared by account in turn, and holds writes back while something
 * needs the folder to stand still. A read may write while it is under way; a write must neither read nor write again
 * through the gate, since it might wait for itself.
 */
export class FileGate {
  readonly #reads = new FairSemaphore<number>({
    total: FILE_LIMITS.reads,
    perOwner: FILE_LIMITS.readsPerAccount,
  });
  readonly #writes = new FairSemaphore<number>({
    total: FILE_LIMITS.writes,
    perOwner: FILE_LIMITS.writesPerAccount,
  });
  /** Throws where nothing may be written (any more). */
  guard: () => void = () => {};
  /** Writes under way and those that wait for their turn. */
  #writing = 0;
  #holding: Promise<unknown> | null = null;
  #onIdle: (() => void) | null = null;

  /** `owner` is an account's id, or `INSTALLATION`. */
  read<T>(owner: number, work: () => Promise<T>): Promise<T> {
    return this.#reads.run(owner, work);
  }

  async write<T>(owner: number, work: () => Promise<T>): Promise<T> {
    while (this.#holding !== null) await this.#holding;
    this.#writing++;
    try {
      return await this.#writes.run(owner, () => this.#guarded(work));
    } finally {
      this.#writing--;
      if (this.#writing === 0) this.#onIdle?.();
    }
  }

  /** Waits for the writes that were begun, and lets no other begin before `work` is done. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    while (this.#holding !== null) await this.#holding;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holding = promise;
    try {
      await this.#idle();
      return await this.#guarded(work);
    } finally {
      this.#holding = null;
      resolve();
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.guard();
    return work();
  }

  async #idle(): Promise<void> {
    if (this.#writing === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
    this.#onIdle = null;
  }
}
