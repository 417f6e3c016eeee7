import type { EventFilter, EventPage, EventRow, EventStore } from '../store.ts';
import type { AccountFiles } from './account-files.ts';
import type { StoreLog } from './errors.ts';
import { readFailed } from './errors.ts';
import type { Installation } from './installation.ts';
import type { PendingTasks } from './tasks.ts';

const NOTHING_HAPPENED: EventPage = {
  events: [],
  truncated: false,
  afterIsKept: true,
  first: null,
  last: 0,
};

/** Tells the process log of each event once it is durable, and those who watch an account that there are some. */
export class EventFeed {
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #log: StoreLog;

  constructor(log: StoreLog) {
    this.#log = log;
  }

  publish(account: number, events: readonly EventRow[]): void {
    for (const { id, type, domain, actor, changes } of events)
      this.#log.info({ account, id, type, domain, actor, changes }, 'event');
    for (const onNews of this.#watchers.get(account) ?? []) {
      try {
        onNews();
      } catch (error) {
        this.#log.error({ account, err: error }, 'a watcher of events failed');
      }
    }
  }

  /** Until the returned function is called. */
  watch(account: number, onNews: () => void): () => void {
    // Of its own, so that whoever watches twice is told twice, and ends each by itself.
    const own = () => onNews();
    const watchers = this.#watchers.get(account) ?? new Set();
    this.#watchers.set(account, watchers.add(own));
    return () => {
      watchers.delete(own);
      if (watchers.size === 0 && this.#watchers.get(account) === watchers) this.#watchers.delete(account);
    };
  }
}

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
}
