import type { Instant } from '../../instant.ts';
import type { JsonValue } from './events.ts';

/** What follows the log of its account: the webhook of the same id, or the account's notices, whose id is 0. */
export type CursorKind = 'webhook' | 'notice';

/** How far a follower has come. */
export interface CursorState {
  /** The last event that it is done with. */
  readonly position: number;
  /** How often the next one has failed. */
  readonly failures: number;
  /** When that is tried again; null: at once. */
  readonly due: Instant | null;
  /** Whether the last attempt failed or took long; null: there was none yet. */
  readonly slow: boolean | null;
  /** When it goes on although nothing new has happened; null: it does not. */
  readonly wake: Instant | null;
  /** What the follower remembers beside the position. */
  readonly memo: JsonValue;
}

/** A cursor that is held until its lease ends, by the store's clock. */
export interface Cursor extends CursorState {
  readonly kind: CursorKind;
  readonly account: number;
  readonly id: number;
  /** Rises with each claim. */
  readonly version: number;
  /** Seconds, from the claim and from each advance. */
  readonly lease: number;
}

export interface CursorStore {
  /**
   * Cursors whose account has newer events or whose time to wake has come, which are due, and which nobody holds. Not
   * those of suspended accounts and of disabled webhooks. Accounts take turns, the one with the fewest held first; of
   * each account, the cursor that has been free the longest comes first.
   */
  claim(
    kind: CursorKind,
    options: {
      readonly now: Instant;
      /** What is planned for later than this was planned by a clock that was ahead: it is due. */
      readonly latest: Instant;
      readonly limit: number;
      readonly lease: number;
      /** At most so many of one account are held that are as slow as these. */
      readonly perAccount: number;
      readonly slow: boolean | null;
    },
  ): Promise<readonly Cursor[]>;
  /** Renews the lease. False: it had ended, or the cursor was taken away, and nothing was changed. */
  advance(cursor: Cursor, state: CursorState): Promise<boolean>;
  /** Undefined: it was never claimed, and begins where its webhook says, or there is none. */
  state(kind: CursorKind, account: number, id: number): Promise<CursorState | undefined>;
  /** As `advance`, and lets others claim it. A crash may cost what it adds to the last advance. */
  release(cursor: Cursor, state: CursorState): Promise<boolean>;
  /** Of all webhooks, those of suspended accounts aside. */
  webhookBacklog(): Promise<WebhookBacklog>;
}

export interface WebhookBacklog {
  readonly disabled: number;
  /** When the oldest event happened that an enabled webhook is not done with; null: there is none. */
  readonly oldest: Instant | null;
}
