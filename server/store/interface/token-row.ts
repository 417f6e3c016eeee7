import type { TokenScope } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';

export interface TokenRow {
  readonly id: number;
  readonly account_id: number;
  /** The one domain that a share link shows; null for a token of the whole account. */
  readonly domain_id: number | null;
  readonly name: string;
  /** The first characters of the secret, to tell tokens apart. */
  readonly prefix: string;
  /** SHA-256 of the secret, base64url. */
  readonly hash: string;
  readonly scopes: readonly TokenScope[];
  readonly expires_at: Instant | null;
  /** Kept lazily: a crash may lose the last minute. */
  readonly last_used_at: Instant | null;
  readonly created_at: Instant;
  /** Of a share link: everybody who has asked to be told once the domain is verified. */
  readonly subscriptions: readonly Subscription[];
}

/** One person who asked through a share link to be told. */
export interface Subscription {
  /** Random: whoever has it can confirm this subscription or end it, and nothing else. */
  readonly key: string;
  /** Null once it has ended. */
  readonly address: string | null;
  readonly asked_at: Instant;
  /** `asked`: the address has not confirmed it; `ended`: it was told, or does not want to be. */
  readonly state: 'asked' | 'confirmed' | 'ended';
}

/** Its account is named by the call that creates it. */
export type NewToken = Omit<TokenRow, 'id' | 'account_id' | 'last_used_at' | 'subscriptions'>;

/** A token of scope `admin` whose account is not suspended. It may have expired. */
export type AdminToken = Pick<TokenRow, 'id' | 'account_id' | 'expires_at'>;
