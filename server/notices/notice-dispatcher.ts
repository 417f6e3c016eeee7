import { toInstant } from '../instant.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import type { Cursor } from '../store/store.ts';
import { HeldCursor } from '../webhooks/held-cursor.ts';
import { AccountNotices, type NoticeDeps } from './account-notices.ts';
import type { Mailer } from './mailer.ts';

export interface NoticeDispatcherDeps extends NoticeDeps {
  readonly mailer: Mailer;
}

/** Follows the events of all accounts, and tells by mail what has changed. */
export class NoticeDispatcher {
  readonly #deps: NoticeDispatcherDeps;
  readonly #serving = new Set<Promise<void>>();
  #watch: AsyncDisposable | null = null;
  #poll: NodeJS.Timeout | null = null;
  #wake: NodeJS.Timeout | null = null;
  #claiming: Promise<void> | null = null;
  #isClosing = false;

  constructor(deps: NoticeDispatcherDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#watch = await this.#deps.store.events.watchAll(() => this.#wakeSoon());
    this.#poll = setInterval(() => this.#wakeSoon(), NOTICE_LIMITS.poll);
    this.#wakeSoon();
  }

  /** Lets a message under way end for some seconds; what is cut off then is sent again by the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#poll !== null) clearInterval(this.#poll);
    if (this.#wake !== null) clearTimeout(this.#wake);
    await this.#watch?.[Symbol.asyncDispose]();
    await this.#claiming;
    const timer = setTimeout(() => this.#deps.mailer.cancel(), NOTICE_LIMITS.stop);
    await Promise.all(this.#serving);
    clearTimeout(timer);
  }

  #wakeSoon(): void {
    if (this.#isClosing) return;
    this.#wake ??= setTimeout(() => {
      this.#wake = null;
      this.#claiming ??= this.#claim().finally(() => {
        this.#claiming = null;
      });
    }, NOTICE_LIMITS.wakeDelay);
  }

  async #claim(): Promise<void> {
    const limit = NOTICE_LIMITS.accountsAtOnce - this.#serving.size;
    if (limit <= 0) return;
    const { store, clock } = this.#deps;
    const options = { now: toInstant(clock()), limit, lease: NOTICE_LIMITS.lease, slow: null, perAccount: 1 };
    // What fails is repeated by the next poll.
    const cursors = await store.cursors.claim('notice', options).catch(() => []);
    for (const cursor of cursors) this.#serve(cursor);
  }

  #serve(cursor: Cursor): void {
    const serving = this.#tell(cursor).finally(() => {
      this.#serving.delete(serving);
      this.#wakeSoon();
    });
    this.#serving.add(serving);
  }

  async #tell(cursor: Cursor): Promise<void> {
    const held = new HeldCursor(this.#deps.store.cursors, cursor);
    const notices = new AccountNotices(this.#deps, held, cursor.account);
    try {
      while (!this.#isClosing && (await notices.tellPage()));
    } catch (error) {
      this.#deps.log.warn({ account: cursor.account, err: error }, 'notices of an account could not be sent');
      notices.wait();
    } finally {
      await held.release();
    }
  }
}
