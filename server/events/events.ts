import type { Event } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { REQUEST_LIMITS, STREAM_LIMITS } from '../limits.ts';
import type { AccountRow, EventFilter, EventPage, EventRow, Store } from '../store/store.ts';
import { nextTurn } from '../turns.ts';

/** An event as callers see it. */
export function toEvent(row: EventRow): Event {
  return {
    id: row.id,
    type: row.type,
    domain: row.domain === null ? null : { ...row.domain },
    actor: row.actor,
    at: new Date(row.at),
    changes: { ...row.changes },
  };
}

/**
 * What a stream tells: that it listens from event `last` on, something that happened, or that too much was missed
 * and has to be read anew.
 */
export type StreamItem =
  | { kind: 'listening'; last: number }
  | { kind: 'event'; event: Event }
  | { kind: 'reload'; last: number };

/** Rows never change, so each is turned into what all its listeners are told once. */
const items = new WeakMap<EventRow, StreamItem>();

function toItem(row: EventRow): StreamItem {
  const item = items.get(row) ?? { kind: 'event', event: toEvent(row) };
  items.set(row, item);
  return item;
}

/** What happened in an account: the feed, and the stream of what happens from now on. */
export class Events {
  readonly #store: Store;

  constructor(from: { store: Store }) {
    this.#store = from.store;
  }

  /**
   * Oldest first; what is kept longest, from its beginning on. Rejects with `invalid` where events after `after` are no
   * longer kept and `after` is no event of what is. `next`: as for any page.
   */
  async list(
    account: AccountRow,
    filter: Partial<EventFilter> & { limit: number },
  ): Promise<{ rows: readonly EventRow[]; next: number | null }> {
    const page = await this.#store.listEvents(account.id, {
      after: filter.after ?? 0,
      limit: filter.limit + 1,
      domain: filter.domain,
    });
    if (!page.afterIsKept) throw noLongerKept(page, filter.after ?? 0);
    const rows = page.events.slice(0, filter.limit);
    return { rows, next: page.events.length > filter.limit ? (rows.at(-1)?.id ?? null) : null };
  }

  /**
   * Every event after `after`, each once and in order, until `signal` aborts: first what the log holds, then what
   * happens. Without `after`, from now on; the first item says from where that is.
   */
  async *stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    let told = 0;
    for await (const item of this.#follow(account, after, signal)) {
      yield item;
      told += 1;
      // Whoever catches up with much would otherwise hold everybody else up until the end of it.
      if (told % REQUEST_LIMITS.rowsAtAStretch === 0) await nextTurn(account.id);
    }
  }

  async *#follow(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    const queue = new EventQueue(account.id, signal);
    const unsubscribe = this.#store.subscribe(account.id, (event) => queue.push(event));
    try {
      // Subscribed before catching up, so that nothing falls between; what comes twice is dropped by its id.
      let last = after ?? 0;
      for await (const item of after === null ? this.#begin(account) : this.#catchUp(account, after)) {
        last = item.kind === 'event' ? item.event.id : item.last;
        yield item;
      }
      for await (const row of queue) {
        if (row === 'overflow') yield { kind: 'reload', last };
        else if (row.id > last) {
          last = row.id;
          yield toItem(row);
        }
      }
    } finally {
      unsubscribe();
    }
  }

  /** A listener that loses its connection before anything has happened can say from where to go on. */
  async *#begin(account: AccountRow): AsyncGenerator<StreamItem> {
    const { last } = await this.#store.listEvents(account.id, { after: Number.MAX_SAFE_INTEGER, limit: 1 });
    yield { kind: 'listening', last };
  }

  async *#catchUp(account: AccountRow, after: number): AsyncGenerator<StreamItem> {
    let seen = after;
    for (;;) {
      const page = await this.#store.listEvents(account.id, {
        after: seen,
        limit: STREAM_LIMITS.catchUpPage,
      });
      if (page.truncated) {
        yield { kind: 'reload', last: page.last };
        return;
      }
      for (const row of page.events) {
        seen = row.id;
        yield toItem(row);
      }
      if (page.events.length < STREAM_LIMITS.catchUpPage) return;
    }
  }
}

/** Events that a listener has not taken yet; more than it could ever take are forgotten, and it is told so. */
class EventQueue implements AsyncIterable<EventRow | 'overflow'> {
  readonly #account: number;
  readonly #signal: AbortSignal;
  #waiting: (EventRow | 'overflow')[] = [];
  #wake: (() => void) | undefined;

  constructor(account: number, signal: AbortSignal) {
    this.#account = account;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  push(row: EventRow): void {
    if (this.#waiting.length >= STREAM_LIMITS.waitingEvents) this.#waiting = ['overflow'];
    this.#waiting.push(row);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<EventRow | 'overflow'> {
    while (!this.#signal.aborted) {
      const waiting = this.#waiting;
      this.#waiting = [];
      yield* waiting;
      if (this.#waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#signal.aborted) resolve();
      });
      // One change wakes every listener of the account: each goes on in a turn of its own.
      await nextTurn(this.#account);
    }
  }
}

function noLongerKept({ first, last }: EventPage, after: number): LetterheadError {
  const message = `Of the events ${after + 1} to ${(first ?? last + 1) - 1}, those of domains are no longer kept: leave out after to begin with the oldest that are.`;
  return new LetterheadError('invalid', message, { errors: { after: [message] } });
}
