import type { Event } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { AccountRow, EventFilter, EventPage, EventRow, Store } from '../store/store.ts';

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

/** How many events a stream reads from the log at a time while it catches up. */
const CATCH_UP_PAGE = 500;

/** How many events may wait for a listener that takes them slowly, before it is told to read anew. */
const MAX_WAITING = 1000;

/**
 * What a stream tells: that it listens from event `last` on, something that happened, or that too much was missed
 * and has to be read anew.
 */
export type StreamItem =
  | { kind: 'listening'; last: number }
  | { kind: 'event'; event: Event }
  | { kind: 'reload'; last: number };

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
  ): Promise<{ events: Event[]; next: number | null }> {
    const page = await this.#store.listEvents(account.id, {
      after: filter.after ?? 0,
      limit: filter.limit + 1,
      domain: filter.domain,
    });
    if (!page.afterIsKept) throw noLongerKept(page, filter.after ?? 0);
    const events = page.events.slice(0, filter.limit).map(toEvent);
    return { events, next: page.events.length > filter.limit ? (events.at(-1)?.id ?? null) : null };
  }

  /**
   * Every event after `after`, each once and in order, until `signal` aborts: first what the log holds, then what
   * happens. Without `after`, from now on; the first item says from where that is.
   */
  async *stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    const queue = new EventQueue(signal);
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
          yield { kind: 'event', event: toEvent(row) };
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
      const page = await this.#store.listEvents(account.id, { after: seen, limit: CATCH_UP_PAGE });
      if (page.truncated) {
        yield { kind: 'reload', last: page.last };
        return;
      }
      for (const row of page.events) {
        seen = row.id;
        yield { kind: 'event', event: toEvent(row) };
      }
      if (page.events.length < CATCH_UP_PAGE) return;
    }
  }
}

/** Events that a listener has not taken yet; more than it could ever take are forgotten, and it is told so. */
class EventQueue implements AsyncIterable<EventRow | 'overflow'> {
  readonly #signal: AbortSignal;
  #waiting: (EventRow | 'overflow')[] = [];
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  push(row: EventRow): void {
    if (this.#waiting.length >= MAX_WAITING) this.#waiting = ['overflow'];
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
    }
  }
}

function noLongerKept({ first, last }: EventPage, after: number): LetterheadError {
  const message = `Of the events ${after + 1} to ${(first ?? last + 1) - 1}, those of domains are no longer kept: leave out after to begin with the oldest that are.`;
  return new LetterheadError('invalid', message, { errors: { after: [message] } });
}
