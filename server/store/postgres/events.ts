import type { EventRow, EventStore } from '../interface/events.ts';
import type { Commits } from './commits.ts';
import type { Feed } from './feed.ts';
import { sql } from './sql.ts';

interface ListedEvent {
  readonly first_event: number;
  readonly last_event: number;
  readonly after_is_kept: boolean;
  /** Null: the page is empty. */
  readonly id: number | null;
  readonly content: Omit<EventRow, 'id'> | null;
}

export function eventsIn(commits: Commits, feed: Feed): EventStore {
  return {
    async list(account, { after, limit, domain = null }) {
      const query = sql('list_events', { account, after, limit, domain });
      const rows = await commits.read<ListedEvent>(query);
      const [page] = rows;
      if (page === undefined)
        return { events: [], truncated: false, afterIsKept: true, first: null, last: 0 };
      const { first_event: first, last_event: last } = page;
      const truncated = after < first - 1;
      return {
        events: rows.flatMap(({ id, content }) =>
          id === null || content === null ? [] : { id, ...content },
        ),
        truncated,
        afterIsKept: !truncated || page.after_is_kept,
        first: last === 0 ? null : first,
        last,
      };
    },
    watch: (account, onNews) => commits.look(() => feed.watch(account, onNews)),
    watchAll: (onNews) => commits.look(() => feed.watchAll(onNews)),
  };
}
