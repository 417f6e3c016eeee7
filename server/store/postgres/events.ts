import type { EventFilter, EventPage, EventRow, EventStore } from '../store.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import type { Feed } from './feed.ts';

/** One row without an event where the page is empty. */
const LIST = {
  name: 'list_events',
  text: `SELECT a.first_event, a.last_event, e.id, e.content,
      $2 = 0 OR EXISTS (SELECT FROM events WHERE account_id = $1 AND id = $2) AS after_is_kept
    FROM accounts a LEFT JOIN LATERAL (
      SELECT id, content FROM events
      WHERE account_id = $1 AND id > $2 AND ($4::bigint IS NULL OR domain_id = $4) ORDER BY id LIMIT $3) e ON true
    WHERE a.id = $1 ORDER BY e.id`,
};

interface ListedEvent {
  readonly first_event: number;
  readonly last_event: number;
  readonly after_is_kept: boolean;
  readonly id: number | null;
  readonly content: Omit<EventRow, 'id'> | null;
}

/** What happened in each account: a row an event. */
export class Events implements EventStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #feed: Feed;

  constructor(database: Database, commits: Commits, feed: Feed) {
    this.#database = database;
    this.#commits = commits;
    this.#feed = feed;
  }

  async list(account: number, { after, limit, domain }: EventFilter): Promise<EventPage> {
    const query = { ...LIST, values: [account, after, limit, domain ?? null] };
    const rows = await this.#commits.tasks.serve(() => this.#database.read<ListedEvent>(query));
    const [page] = rows;
    if (page === undefined) return { events: [], truncated: false, afterIsKept: true, first: null, last: 0 };
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

  async watch(account: number, onNews: () => void): Promise<AsyncDisposable> {
    this.#commits.tasks.assertOpen();
    const stop = this.#feed.watch(account, onNews);
    return { [Symbol.asyncDispose]: async () => stop() };
  }
}
