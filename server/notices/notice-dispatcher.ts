import { CursorFollower } from '../events/cursor-follower.ts';
import { HeldCursor } from '../events/held-cursor.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import type { Cursor } from '../store/interface/cursors.ts';
import { AccountNotices, type NoticeDeps } from './account-notices.ts';
import type { Mailer } from './mailer.ts';

export interface NoticeDispatcherDeps extends NoticeDeps {
  readonly mailer: Mailer;
}

/** Follows the events of all accounts, and tells by mail what has changed. */
export class NoticeDispatcher {
  readonly #deps: NoticeDispatcherDeps;
  readonly #follower: CursorFollower;

  constructor(deps: NoticeDispatcherDeps) {
    this.#deps = deps;
    this.#follower = new CursorFollower({
      store: deps.store,
      clock: deps.clock,
      kind: 'notice',
      limits: NOTICE_LIMITS,
      room: () => [{ slow: null, limit: NOTICE_LIMITS.accountsAtOnce - this.#follower.size, perAccount: 1 }],
      follow: (cursor) => this.#tell(cursor),
      cancel: () => deps.mailer.cancel(),
    });
  }

  start(): Promise<void> {
    return this.#follower.start();
  }

  /** See `CursorFollower.close`. */
  close(): Promise<void> {
    return this.#follower.close();
  }

  async #tell(cursor: Cursor): Promise<void> {
    const held = new HeldCursor(this.#deps.store.cursors, cursor);
    const notices = new AccountNotices(this.#deps, held, cursor.account);
    try {
      while (!this.#follower.isClosing && (await notices.tellPage()));
    } catch (error) {
      this.#deps.log.warn({ account: cursor.account, err: error }, 'notices of an account could not be sent');
      notices.wait();
    } finally {
      await held.release();
    }
  }
}
