import { WEBHOOK_LIMITS } from '../limits.ts';
import type { Cursor, CursorState, CursorStore } from '../store/interface/cursors.ts';

/**
 * A cursor while this process holds it. Moves are kept in the background, one write at a time, and nothing is begun while
 * one is not kept that was made more than `WEBHOOK_LIMITS.lag` milliseconds before. So what is repeated after a crash was
 * begun within so long, but for the first delivery of it, and the last one may not have ended.
 */
export class HeldCursor {
  readonly #store: Pick<CursorStore, 'advance' | 'release'>;
  readonly #cursor: Cursor;
  #state: CursorState;
  #leaseEnds: number;
  #saving: Promise<void> | null = null;
  /** The write under way, or the last one. */
  #write: Promise<void> = Promise.resolve();
  /** When the oldest of the moves was made that are being written, and of those after them; null: there are none. */
  #writingSince: number | null = null;
  #unsavedSince: number | null = null;
  #isLost = false;

  constructor(store: Pick<CursorStore, 'advance' | 'release'>, cursor: Cursor) {
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

  /** Goes past an event of which nothing is sent: that can be repeated, and is kept with the next move or the release. */
  pass(position: number): void {
    this.#state = { ...this.#state, position };
  }

  /** Takes the lease anew where an attempt may have used it up and moved nothing. False: somebody else may hold it. */
  async renew(): Promise<boolean> {
    this.move({});
    await this.#saving;
    return !this.#isLost;
  }

  /** Whether there is time left for an attempt, by what is known of the lease; waits where too much is not kept yet. */
  async mayAttempt(): Promise<boolean> {
    while (!this.#isLost && this.#isBehind()) await this.#write;
    return !this.#isLost && performance.now() + WEBHOOK_LIMITS.timeout < this.#leaseEnds;
  }

  async release(): Promise<void> {
    await this.#saving;
    // If the store fails, the lease ends by itself.
    if (!this.#isLost) await this.#store.release(this.#cursor, this.#state).catch(() => {});
  }

  #isBehind(): boolean {
    const since = this.#writingSince ?? this.#unsavedSince;
    return since !== null && performance.now() - since > WEBHOOK_LIMITS.lag;
  }

  async #save(): Promise<void> {
    while (this.#unsavedSince !== null && !this.#isLost) {
      this.#write = this.#advance();
      await this.#write;
    }
    this.#saving = null;
  }

  async #advance(): Promise<void> {
    this.#writingSince = this.#unsavedSince;
    this.#unsavedSince = null;
    const lease = this.#leaseFromNow();
    const isHeld = await this.#store.advance(this.#cursor, this.#state).catch(() => false);
    this.#writingSince = null;
    if (isHeld) this.#leaseEnds = lease;
    else this.#isLost = true;
  }

  #leaseFromNow(): number {
    return performance.now() + this.#cursor.lease * 1000;
  }
}
