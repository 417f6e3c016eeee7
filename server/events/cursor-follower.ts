import { type Clock, instantAfter, toInstant } from '../instant.ts';
import type { Cursor, CursorKind } from '../store/interface/cursors.ts';
import type { Store } from '../store/store.ts';

export interface CursorFollowerOptions {
  readonly store: Pick<Store, 'cursors' | 'events'>;
  readonly clock: Clock;
  readonly kind: CursorKind;
  readonly limits: {
    /** Milliseconds: how often the store is asked for due cursors, and how long a wake waits for further events. */
    readonly poll: number;
    readonly wakeDelay: number;
    /** Milliseconds that work under way may take at the end. */
    readonly stop: number;
    /** Milliseconds for which a cursor can plan ahead when it goes on. */
    readonly longestWait: number;
    /** Seconds. */
    readonly lease: number;
  };
  readonly room: () => readonly CursorRoom[];
  /** Goes on from a cursor that is held, and releases it. Must not reject. */
  readonly follow: (cursor: Cursor) => Promise<void>;
  /** Cuts off what is under way. */
  readonly cancel: () => void;
}

/** See `CursorStore.claim`. */
export interface CursorRoom {
  readonly slow: boolean | null;
  readonly limit: number;
  readonly perAccount: number;
}

/** Claims cursors that are due or have new events: after each event, and by polling. */
export class CursorFollower {
  readonly #options: CursorFollowerOptions;
  readonly #following = new Set<Promise<void>>();
  #watch: AsyncDisposable | null = null;
  #poll: NodeJS.Timeout | null = null;
  #wake: NodeJS.Timeout | null = null;
  #claiming: Promise<void> | null = null;
  #isClosing = false;

  constructor(options: CursorFollowerOptions) {
    this.#options = options;
  }

  /** Whether nothing new is to be begun. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** How many cursors are being followed. */
  get size(): number {
    return this.#following.size;
  }

  async start(): Promise<void> {
    const { store, limits } = this.#options;
    this.#watch = await store.events.watchAll(() => this.wakeSoon());
    this.#poll = setInterval(() => this.wakeSoon(), limits.poll);
    this.wakeSoon();
  }

  /** Lets what is under way end for some seconds; what is cut off then is repeated by the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#poll !== null) clearInterval(this.#poll);
    if (this.#wake !== null) clearTimeout(this.#wake);
    await this.#watch?.[Symbol.asyncDispose]();
    await this.#claiming;
    const timer = setTimeout(this.#options.cancel, this.#options.limits.stop);
    await Promise.all(this.#following);
    clearTimeout(timer);
  }

  /** Claims again after `wakeDelay`, because there may be new events, or more room. */
  wakeSoon(): void {
    if (this.#isClosing) return;
    this.#wake ??= setTimeout(() => {
      this.#wake = null;
      this.#claiming ??= this.#claimAll().finally(() => {
        this.#claiming = null;
      });
    }, this.#options.limits.wakeDelay);
  }

  async #claimAll(): Promise<void> {
    const rooms = this.#options.room().filter(({ limit }) => limit > 0);
    await Promise.all(rooms.map((room) => this.#claim(room)));
  }

  async #claim(room: CursorRoom): Promise<void> {
    const { store, clock, kind, limits } = this.#options;
    const now = clock();
    const latest = instantAfter(now, limits.longestWait);
    const options = { ...room, now: toInstant(now), latest, lease: limits.lease };
    // What fails is repeated by the next poll.
    const cursors = await store.cursors.claim(kind, options).catch(() => []);
    for (const cursor of cursors) this.#follow(cursor);
  }

  #follow(cursor: Cursor): void {
    const following = this.#options.follow(cursor).finally(() => {
      this.#following.delete(following);
      this.wakeSoon();
    });
    this.#following.add(following);
  }
}
