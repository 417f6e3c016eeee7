import type { EventRow } from './interface/events.ts';
import type { StoreLog } from './store-log.ts';

/** Tells the process log of each event once it is durable, and those who watch an account that there are some. */
export class EventFeed {
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #watchersOfAll = new Set<() => void>();
  readonly #log: StoreLog;

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /** `account` null: events of other processes, of any account; only those who watch all are told. */
  publish(account: number | null, events: readonly EventRow[]): void {
    for (const { id, type, domain, actor, changes } of events)
      this.#log.info({ account, id, type, domain, actor, changes }, 'event');
    for (const onNews of [
      ...((account !== null && this.#watchers.get(account)) || []),
      ...this.#watchersOfAll,
    ]) {
      try {
        onNews();
      } catch (error) {
        this.#log.error({ account, err: error }, 'a watcher of events failed');
      }
    }
  }

  /** Until the result is disposed of. */
  watchAll(onNews: () => void): AsyncDisposable {
    const own = () => onNews();
    this.#watchersOfAll.add(own);
    return { [Symbol.asyncDispose]: async () => void this.#watchersOfAll.delete(own) };
  }

  isWatched(account: number): boolean {
    return this.#watchers.has(account);
  }

  /** Until the result is disposed of. */
  watch(account: number, onNews: () => void): AsyncDisposable {
    // Of its own, so that whoever watches twice is told twice, and ends each by itself.
    const own = () => onNews();
    const watchers = this.#watchers.get(account) ?? new Set();
    this.#watchers.set(account, watchers.add(own));
    return {
      [Symbol.asyncDispose]: async () => {
        watchers.delete(own);
        if (watchers.size === 0 && this.#watchers.get(account) === watchers) this.#watchers.delete(account);
      },
    };
  }
}
