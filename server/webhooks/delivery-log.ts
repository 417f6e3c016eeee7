import { toInstant } from '../instant.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import type { EventRow } from '../store/interface/events.ts';
import type { DeliveryRow, NewDelivery, WebhookStore } from '../store/interface/webhooks.ts';
import type { StoreLog } from '../store/store-log.ts';
import type { Attempt } from './sender.ts';

/** Notes deliveries, many at once: a crash costs those of the last seconds. */
export class DeliveryLog {
  readonly #store: WebhookStore;
  readonly #log: StoreLog;
  #waiting = new Map<string, NewDelivery[]>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: WebhookStore, log: StoreLog) {
    this.#store = store;
    this.#log = log;
  }

  /** Of those of one webhook that wait, only as many are kept as the store would. */
  note(delivery: NewDelivery): void {
    const key = `${delivery.account}/${delivery.webhook}`;
    const waiting = this.#waiting.get(key) ?? [];
    waiting.push(delivery);
    if (waiting.length > WEBHOOK_LIMITS.deliveriesKept) waiting.shift();
    this.#waiting.set(key, waiting);
    this.#timer ??= setTimeout(() => void this.flush(), WEBHOOK_LIMITS.logDelay);
  }

  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const deliveries = [...this.#waiting.values()].flat();
    this.#waiting = new Map();
    if (deliveries.length === 0) return;
    await this.#store.addDeliveries(deliveries).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'deliveries of webhooks could not be noted');
    });
  }
}

/** What an attempt sends. */
export type Sent = Pick<DeliveryRow, 'event' | 'domain' | 'type'>;

/** As it is noted which event is sent. */
export function sentEvent({ id, domain, type }: EventRow): Sent {
  return { event: id, domain, type };
}

/** An attempt as it is noted. */
export function toDelivery(
  { began, duration, status, delivered, error, answer }: Attempt,
  what: Sent & Pick<DeliveryRow, 'trigger'>,
): Omit<DeliveryRow, 'id'> {
  return { ...what, at: toInstant(began), duration, status, delivered, error, answer };
}
