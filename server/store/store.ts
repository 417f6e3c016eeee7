import type { AccountStore } from './interface/accounts.ts';
import type { CheckStore } from './interface/checks.ts';
import type { CursorStore } from './interface/cursors.ts';
import type { DomainStore } from './interface/domains.ts';
import type { EventStore } from './interface/events.ts';
import type { KeyZoneStore } from './interface/key-zone.ts';
import type { RateStore } from './interface/rates.ts';
import type { SettingStore } from './interface/settings.ts';
import type { TokenStore } from './interface/tokens.ts';
import type { WebhookStore } from './interface/webhooks.ts';

/**
 * What Letterhead keeps, whoever keeps it. Every call is one unit of work: a change that has resolved is durable,
 * together with its events and with all that goes with it; one that has rejected has changed nothing. Quotas and
 * uniqueness are decided inside the call. A call rejects with `LetterheadError('unavailable')` where the store cannot
 * serve now. Nothing here rests on there being one process.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly tokens: TokenStore;
  readonly domains: DomainStore;
  readonly checks: CheckStore;
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly cursors: CursorStore;
  readonly settings: SettingStore;
  /** Null: there is no other process to count with. */
  readonly rates: RateStore | null;
  readonly keyZone: KeyZoneStore;
  /** Whether it can write now; rejects with the reason where not. To be asked once at a time. */
  ready(): Promise<void>;
  /** Waits for what is under way, keeps what is kept lazily, and releases what the store holds. */
  close(): Promise<void>;
}
