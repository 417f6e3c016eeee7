import type { EventFilter, EventPage, EventRow, EventStore } from '../interface/events.ts';
import type { Commits } from './commits.ts';
import type { Feed } from './feed.ts';
import { sql } from './sql.ts';

interface ListedEvent {
  readonly first_event: number;
  readonly last_event: number;
  readonly after_is_kept: boolean;
  readonly id: number | null;
  readonly content: Omit<EventRow, 'id'> | null;
}

const NO_EVENTS: EventPage = { events: [], truncated: false, afterIsKept: true, first: null, last: 0 };

export class Events implements EventStore {
  readonly #commits: Commits;
  readonly #feed: Feed;

  constructor(commits: Commits, feed: Feed) {
    this.#commits = commits;
    this.#feed = feed;
  }

  async list(account: number, { after, limit, domain }: EventFilter): Promise<EventPage> {
    const query = sql('list_events', account, after, limit, domain ?? null);
    const rows = await this.#commits.read<ListedEvent>(query);
    const [page] = rows;
    if (page === undefined) return NO_EVENTS;
    const { first_event: first, last_event: last } = page;
    const truncated = after < first - 1;
    return {
      events: rows.flatMap(({ id, content }) =>
        id === null || content === null ? [] : [{ id, ...content }],
      ),
      truncated,
      afterIsKept: !truncated || page.after_is_kept,
      first: last === 0 ? null : first,
      last,
    };
  }

  watch(account: number, onNews: () => void): Promise<AsyncDisposable> {
    return this.#commits.serve(async () => {
      const stop = this.#feed.watch(account, onNews);
      return { [Symbol.asyncDispose]: async () => stop() };
    });
  }

  watchAll(onNews: () => void): Promise<AsyncDisposable> {
    return this.#commits.serve(async () => {
      const stop = this.#feed.watchAll(onNews);
      return { [Symbol.asyncDispose]: async () => stop() };
    });
  }
}
