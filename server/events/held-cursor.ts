import { WEBHOOK_LIMITS } from '../limits.ts';
import type { Cursor, CursorState, CursorStore } from '../store/interface/cursors.ts';

/**
 * A cursor while this process holds it. Moves are kept in the background, one at a time: what is delivered again after a
 * crash is what was delivered in the last `WEBHOOK_LIMITS.lag` milliseconds.
 */
export class HeldCursor {
  readonly #store: CursorStore;
  readonly #cursor: Cursor;
  #state: CursorState;
  #leaseEnds: number;
  #saving: Promise<void> | null = null;
  /** When the oldest move was made that is not kept; null: all are. */
  #unsavedSince: number | null = null;
  #isLost = false;

  constructor(store: CursorStore, cursor: Cursor) {
    this.#store = store;
    this.#cursor = cursor;
    const { position, failures, due, slow, wake, memo } = cursor;
    this.#state = { position, failures, due, slow, wake, memo };
    this.#leaseEnds = this.#leaseFromNow();
  }

  get state(): CursorState {
    return this.#state;
  }

  move(change: Partial<CursorState>): void {
    this.#state = { ...this.#state, ...change };
    this.#unsavedSince ??= performance.now();
    this.#saving ??= this.#save();
  }

  /** Whether there is time left for an attempt, by what is known of the lease; waits where too much is not kept yet. */
  async mayAttempt(): Promise<boolean> {
    const since = this.#unsavedSince;
    if (since !== null && performance.now() - since > WEBHOOK_LIMITS.lag) await this.#saving;
    return !this.#isLost && performance.now() + WEBHOOK_LIMITS.timeout < this.#leaseEnds;
  }

  async release(): Promise<void> {
    await this.#saving;
    // If the store fails, the lease ends by itself.
    if (!this.#isLost) await this.#store.release(this.#cursor, this.#state).catch(() => {});
  }

  async #save(): Promise<void> {
    while (this.#unsavedSince !== null && !this.#isLost) {
      this.#unsavedSince = null;
      const lease = this.#leaseFromNow();
      const isHeld = await this.#store.advance(this.#cursor, this.#state).catch(() => false);
      if (isHeld) this.#leaseEnds = lease;
      else this.#isLost = true;
    }
    this.#saving = null;
  }

  #leaseFromNow(): number {
    return performance.now() + this.#cursor.lease * 1000;
  }
}
