import type { Event } from '@letterhead/shared';
import { invalidField, LetterheadError } from '@letterhead/shared';
import { REQUEST_LIMITS, STREAM_LIMITS } from '../limits.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { EventFilter, EventPage, EventRow } from '../store/interface/events.ts';
import type { Store } from '../store/store.ts';
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

/** Item of a stream: it listens from event `last` on; an event; or events up to `last` are no longer kept. */
export type StreamItem =
  | { kind: 'listening'; last: number }
  | { kind: 'event'; event: Event }
  | { kind: 'reload'; last: number };

/** Caches the item of each row for all its listeners; rows are immutable. */
const items = new WeakMap<EventRow, StreamItem>();

function toItem(row: EventRow): StreamItem {
  const item = items.get(row) ?? { kind: 'event', event: toEvent(row) };
  items.set(row, item);
  return item;
}

/** Events of accounts: the feed and the stream. */
export class Events {
  readonly #store: Store;

  constructor(deps: { readonly store: Store }) {
    this.#store = deps.store;
  }

  /**
   * Oldest first. Rejects with `invalid` if events after `after` are no longer kept, unless `after` is one that is kept.
   * `next` is the id after which the next page begins; null on the last one.
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
   * Yields every event after `after`, once and in order, until `signal` aborts. If `after` is null, begins now; the
   * first item then says from where. Yields `reload` if the listener has fallen behind what the log keeps. Rejects with
   * `not_found` once the account is deleted.
   */
  async *stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem> {
    let news = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => news.resolve(), { once: true });
    await using _watch = await this.#store.events.watch(account.id, () => news.resolve());
    let last = after ?? (await this.#listInTurn(account, { after: Number.MAX_SAFE_INTEGER, limit: 1 })).last;
    if (after === null) yield { kind: 'listening', last };
    while (!signal.aborted) {
      // Renewed before the log is read, so that no news is missed meanwhile.
      news = Promise.withResolvers();
      const page = await this.#listInTurn(account, { after: last, limit: STREAM_LIMITS.page });
      if (page.truncated) {
        last = page.last;
        yield { kind: 'reload', last };
        continue;
      }
      for (const [at, row] of page.events.entries()) {
        // A listener that catches up with many events would otherwise block everybody else.
        if (at > 0 && at % REQUEST_LIMITS.rowsAtAStretch === 0) await nextTurn(account.id);
        last = row.id;
        yield toItem(row);
      }
      if (page.events.length === 0 && (await this.#store.accounts.get(account.id)) === undefined)
        throw deleted(account);
      if (page.events.length < STREAM_LIMITS.page) await news.promise;
    }
  }

  /** One change, or one file that was read, lets all listeners of an account continue: each does in a turn of its own. */
  async #listInTurn({ id }: AccountRow, filter: EventFilter): Promise<EventPage> {
    const page = await this.#store.events.list(id, filter);
    await nextTurn(id);
    return page;
  }
}

function noLongerKept({ first, last }: EventPage, after: number): LetterheadError {
  const message = `Of the events ${after + 1} to ${(first ?? last + 1) - 1}, those of domains are no longer kept: leave out after to begin with the oldest event.`;
  return invalidField('after', message);
}

function deleted({ id }: AccountRow): LetterheadError {
  return new LetterheadError('not_found', `There is no account ${id} any more.`);
}
