import type { EventFeed } from '../event-feed.ts';
import type { EventFilter, EventPage, EventStore } from '../interface/events.ts';
import type { StoreLog } from '../store-log.ts';
import type { PendingTasks } from '../tasks.ts';
import type { AccountFiles } from './account-files.ts';
import { readFailed } from './disk/errors.ts';
import type { Installation } from './installation.ts';

const NOTHING_HAPPENED: EventPage = {
  events: [],
  truncated: false,
  afterIsKept: true,
  first: null,
  last: 0,
};

interface EventsDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
  readonly feed: EventFeed;
  readonly log: StoreLog;
}

/** What happened in each account. */
export class Events implements EventStore {
  readonly #deps: EventsDeps;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
  }

  list(account: number, filter: EventFilter): Promise<EventPage> {
    const { tasks, files, installation, log } = this.#deps;
    return tasks.serve(async () => {
      const holder = files.find(account);
      if (holder === undefined) return NOTHING_HAPPENED;
      await installation.deliver(account);
      try {
        return await holder.listEvents(filter);
      } catch (error) {
        log.error({ account, err: error }, 'the log of events cannot be read');
        throw readFailed(error);
      }
    });
  }

  async watch(account: number, onNews: () => void): Promise<AsyncDisposable> {
    this.#deps.tasks.assertOpen();
    const stop = this.#deps.feed.watch(account, onNews);
    return { [Symbol.asyncDispose]: async () => stop() };
  }

  async watchAll(onNews: () => void): Promise<AsyncDisposable> {
    this.#deps.tasks.assertOpen();
    const stop = this.#deps.feed.watchAll(onNews);
    return { [Symbol.asyncDispose]: async () => stop() };
  }
}
