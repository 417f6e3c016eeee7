import type { EventRow } from '../store.ts';
import type { StoreLog } from './store-log.ts';

type Listener = (event: EventRow) => void;

/** Tells the process log and those who listen of the events of an account, once they are durable. */
export class EventFeed {
  readonly #listeners = new Map<number, Set<Listener>>();
  readonly #log: StoreLog;

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /** Until the returned function is called. */
  subscribe(account: number, listener: Listener): () => void {
    // Of its own, so that a listener that subscribes twice hears twice, and ends each by itself.
    const own: Listener = (event) => listener(event);
    const listeners = this.#listeners.get(account) ?? new Set();
    this.#listeners.set(account, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(account) === listeners) this.#listeners.delete(account);
    };
  }

  publish(account: number, events: readonly EventRow[]): void {
    for (const event of events) {
      const { id, type, domain, actor, changes } = event;
      this.#log.info({ account, id, type, domain, actor, changes }, 'event');
      for (const listener of this.#listeners.get(account) ?? []) {
        try {
          listener(event);
        } catch (error) {
          this.#log.error({ account, event: event.id, err: error }, 'a listener to events failed');
        }
      }
    }
  }
}
