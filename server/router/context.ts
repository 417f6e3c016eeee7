import type { Accounts } from '../auth/accounts.ts';
import type { Caller } from '../auth/identity.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import type { Shares } from '../auth/shares.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Domains } from '../domains/domains.ts';
import type { KeyRotation } from '../domains/key-rotation.ts';
import type { Events } from '../events/events.ts';
import type { ZoneAdmin } from '../key-zone/zone-admin.ts';
import type { Subscriptions } from '../notices/subscriptions.ts';
import type { Signing } from '../signing/signing.ts';
import type { Batch } from '../trpc/batch.ts';
import type { Turns } from '../turns.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** What the procedures call. */
export interface Services {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly domains: Domains;
  readonly keys: KeyRotation;
  readonly shares: Shares;
  readonly signing: Signing;
  readonly events: Events;
  /** Null: keys are published by TXT records alone. */
  readonly keyZone: ZoneAdmin | null;
  readonly webhooks: Webhooks;
  readonly subscriptions: Subscriptions;
  readonly limits: RateLimits;
}

export interface Context {
  readonly caller: Caller;
  readonly services: Services;
  /** Set by a procedure that lists; REST sends it in a `Link` header. */
  readonly page?: Page | undefined;
  /** Absent where nobody else waits, as at the command line. */
  readonly turns?: Turns | undefined;
  /** State shared by the calls of one HTTP request. */
  readonly batch?: Batch | undefined;
  /** Called with an answer before it is written. */
  readonly prepare?: ((answer: unknown) => Promise<void>) | undefined;
}

/** The next page of a list. */
export interface Page {
  /** The id after which it begins; null on the last page. */
  next: number | null;
}
