import type { Instant } from '../../instant.ts';
import type { Delegation } from './domain-row.ts';

/** A label of the key zone that is no domain's any more. */
export interface RetiredLabel extends Delegation {
  /** By selector, the public keys that were there last (DER SubjectPublicKeyInfo, base64); null: there was none. */
  readonly keys: readonly [string | null, string | null];
  /** By the store's clock. */
  readonly retired_at: Instant;
}

/** What the key zone needs beside the domains. It outlives accounts. */
export interface KeyZoneStore {
  /** Labels of domains that were deleted or renamed, for `KEY_ZONE_LIMITS.retiredAge`, in their order. */
  retired(): Promise<readonly RetiredLabel[]>;
  /** The zones that keys of domains are in now. */
  zones(): Promise<readonly string[]>;
  /** Whether this holder, of all processes, is the one to compare the zone for so many seconds. */
  lead(holder: string, seconds: number): Promise<boolean>;
}
