import type { Event } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { REQUEST_LIMITS, STREAM_LIMITS } from '../limits.ts';
import type { AccountRow, EventPage, EventRow, Store } from '../store/store.ts';
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
    filter: { after?: number | undefined; limit: number; domain?: number | undefined },
  ): Promise<{ rows: readonly EventRow[]; next: number | null }> {
    const page = await this.#store.events.list(account.id, {
      after: filter.after ?? 0,
      limit: filter.limit + 1,
      domain: filter.domain,
    });
    if (!page.afterIsKept) throw noLongerKept(page, filter.after ?? 0);
    const rows = page.events.slice(0, filter.limit);
    return { rows, next: page.events.length > filter.limit ? (rows.at(-1)?.id ?? null) : null };
  }

  /**
   * Every event after `after`, each once and in order, until `signal` aborts. Without `after`, from now on; the first
   * item says from where that is. A listener that falls behind what the log keeps is told to read anew.
   */
  async *stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    const { events } = this.#store;
    const news = new News(signal);
    await using _watch = await events.watch(account.id, () => news.tell());
    let last = after ?? (await events.list(account.id, { after: Number.MAX_SAFE_INTEGER, limit: 1 })).last;
    if (after === null) yield { kind: 'listening', last };
    while (!signal.aborted) {
      const page = await events.list(account.id, { after: last, limit: STREAM_LIMITS.page });
      if (page.truncated) {
        last = page.last;
        yield { kind: 'reload', last };
        continue;
      }
      for (const [at, row] of page.events.entries()) {
        // Whoever catches up with much would otherwise hold everybody else up until the end of it.
        if (at > 0 && at % REQUEST_LIMITS.rowsAtAStretch === 0) await nextTurn(account.id);
        last = row.id;
        yield toItem(row);
      }
      if (page.events.length < STREAM_LIMITS.page) await news.next();
      // One change wakes every listener of the account: each goes on in a turn of its own.
      await nextTurn(account.id);
    }
  }
}

/** Whether there may be something new to read. */
class News {
  readonly #signal: AbortSignal;
  #isTold = false;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  tell(): void {
    this.#isTold = true;
    this.#wake();
  }

  /** Resolves once there was news since the last time, or the signal has aborted. */
  async next(): Promise<void> {
    if (!this.#isTold && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isTold = false;
  }
}

function noLongerKept({ first, last }: EventPage, after: number): LetterheadError {
  const message = `Of the events ${after + 1} to ${(first ?? last + 1) - 1}, those of domains are no longer kept: leave out after to begin with the oldest that are.`;
  return new LetterheadError('invalid', message, { errors: { after: [message] } });
}
