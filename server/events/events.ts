import type { Event } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { AccountRow, EventFilter, EventRow, Store } from '../store/store.ts';

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

/** What a stream tells: something that happened, or that the listener has missed too much and must read anew. */
export type StreamItem = { kind: 'event'; event: Event } | { kind: 'reload'; first: number | null };

/** What happened in an account: the feed, and the stream of what happens from now on. */
export class Events {
  readonly #store: Store;

  constructor(from: { store: Store }) {
    this.#store = from.store;
  }

  /** Oldest first. Rejects with `invalid` where events after `after` are no longer kept. `next`: as for any page. */
  async list(
    account: AccountRow,
    filter: Partial<EventFilter> & { limit: number },
  ): Promise<{ events: Event[]; next: number | null }> {
    const page = await this.#store.listEvents(account.id, {
      after: filter.after ?? 0,
      limit: filter.limit + 1,
      domain: filter.domain,
    });
    if (page.truncated && filter.after !== undefined) throw noLongerKept(page.first);
    const events = page.events.slice(0, filter.limit).map(toEvent);
    return { events, next: page.events.length > filter.limit ? (events.at(-1)?.id ?? null) : null };
  }

  /**
   * Every event after `after`, each once and in order, until `signal` aborts: first what the log holds, then what
   * happens. Without `after`, from now on.
   */
  async *stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    const queue = new EventQueue(signal);
    const unsubscribe = this.#store.subscribe(account.id, (event) => queue.push(event));
    try {
      // Subscribed before catching up, so that nothing falls between; what comes twice is dropped by its id.
      let last = after ?? 0;
      if (after !== null) {
        for await (const item of this.#catchUp(account, after)) {
          if (item.kind === 'event') last = item.event.id;
          yield item;
        }
      }
      for await (const row of queue) if (row.id > last) yield { kind: 'event', event: toEvent(row) };
    } finally {
      unsubscribe();
    }
  }

  async *#catchUp(account: AccountRow, after: number): AsyncGenerator<StreamItem> {
    let last = after;
    for (;;) {
      const page = await this.#store.listEvents(account.id, { after: last, limit: CATCH_UP_PAGE });
      if (page.truncated) {
        yield { kind: 'reload', first: page.first };
        return;
      }
      for (const row of page.events) {
        last = row.id;
        yield { kind: 'event', event: toEvent(row) };
      }
      if (page.events.length < CATCH_UP_PAGE) return;
    }
  }
}

/** Events that a slow listener has not taken yet. */
class EventQueue implements AsyncIterable<EventRow> {
  readonly #signal: AbortSignal;
  readonly #rows: EventRow[] = [];
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  push(row: EventRow): void {
    this.#rows.push(row);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<EventRow> {
    while (!this.#signal.aborted) {
      const row = this.#rows.shift();
      if (row !== undefined) {
        yield row;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function noLongerKept(first: number | null): LetterheadError {
  const message =
    first === null
      ? 'The events after that one are no longer kept: leave out after to begin with the oldest.'
      : `The events before ${first} are no longer kept: leave out after to begin with the oldest.`;
  return new LetterheadError('invalid', message, { errors: { after: [message] } });
}
