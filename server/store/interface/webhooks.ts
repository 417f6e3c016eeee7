import type { Delivery, DisabledReason, EventType } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';
import type { Change, Creation, NewEvent } from './events.ts';

/** An endpoint that an account's events are sent to. */
export interface WebhookRow {
  /** Unique within the account, and never given again there: the id of the event that tells of its creation. */
  readonly id: number;
  readonly account_id: number;
  readonly url: string;
  /** Encrypted; see keys/key-encryption.ts. */
  readonly secret: string;
  /** The secret before, which signs as well until then. */
  readonly previous: { readonly secret: string; readonly until: Instant } | null;
  /** Null: of every type. */
  readonly events: readonly EventType[] | null;
  /** Ids of domains; null: of every domain, and of none. */
  readonly domains: readonly number[] | null;
  readonly enabled: boolean;
  readonly disabled_reason: DisabledReason | null;
  /** Events up to this one are not sent. */
  readonly after: number;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** A delivery that has ended; `id` rises within the webhook. */
export type DeliveryRow = Readonly<Omit<Delivery, 'at'>> & { readonly at: Instant };

export interface NewDelivery {
  readonly account: number;
  readonly webhook: number;
  readonly row: Omit<DeliveryRow, 'id'>;
}

export interface WebhookStore {
  /** By id. */
  list(account: number): Promise<readonly WebhookRow[]>;
  get(account: number, id: number): Promise<WebhookRow | undefined>;
  /** `build` is given the id, and the newest event that there is. */
  create(options: {
    readonly account: number;
    readonly limit: number;
    readonly build: (id: number, last: number) => WebhookRow;
    readonly event: (row: WebhookRow) => NewEvent;
  }): Promise<Creation<WebhookRow>>;
  /**
   * Undefined: there is none. `change` is given the newest event too. Where the endpoint is enabled, or has another URL
   * than before, its cursor is taken from its holder and is due at once.
   */
  update(
    account: number,
    id: number,
    change: (row: WebhookRow, last: number) => ReturnType<Change<WebhookRow>>,
  ): Promise<WebhookRow | undefined>;
  /** With its cursor and its deliveries. False: there was none. */
  delete(account: number, id: number, event: (row: WebhookRow) => NewEvent): Promise<boolean>;
  /** Notes deliveries, of which the last 100 of a webhook are kept. Lost in a crash, and in a copy. */
  addDeliveries(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Newest first. */
  deliveries(account: number, id: number): Promise<readonly DeliveryRow[]>;
}
