import type { EventFeed } from '../event-feed.ts';
import type { EventPage, EventStore } from '../interface/events.ts';
import { readFailed } from './disk/errors.ts';
import type { StoreParts } from './parts.ts';

const NOTHING_HAPPENED: EventPage = {
  events: [],
  truncated: false,
  afterIsKept: true,
  first: null,
  last: 0,
};

/** What happened in each account. */
export function eventsIn({ tasks, files, installation, log }: StoreParts, feed: EventFeed): EventStore {
  return {
    list: (account, filter) =>
      tasks.serve(async () => {
        const holder = files.find(account);
        if (holder === undefined) return NOTHING_HAPPENED;
        await installation.deliver(account);
        try {
          return await holder.listEvents(filter);
        } catch (error) {
          log.error({ account, err: error }, 'the log of events cannot be read');
          throw readFailed(error);
        }
      }),
    watch: (account, onNews) => tasks.look(() => feed.watch(account, onNews)),
    watchAll: (onNews) => tasks.look(() => feed.watchAll(onNews)),
  };
}
