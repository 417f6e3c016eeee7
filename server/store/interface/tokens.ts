import type { Instant } from '../../instant.ts';
import type { AccountRow } from './accounts.ts';
import type { Creation, NewEvent } from './events.ts';
import type { AdminToken, NewToken, Subscription, TokenRow } from './token-row.ts';

/** Tokens and share links: a share link is the token of one domain, and goes with it. */
export interface TokenStore {
  /** Of every account, by the hash of its secret; with its account. */
  findByHash(hash: string): Promise<{ token: TokenRow; account: AccountRow } | undefined>;
  get(account: number, id: number): Promise<TokenRow | undefined>;
  /** By id. `domain`: the share links of that domain; null: the account's tokens. */
  list(account: number, filter: { readonly domain: number | null }): Promise<readonly TokenRow[]>;
  /** `limit` is for all tokens and share links of the account together. */
  create(options: {
    readonly account: number;
    readonly limit: number;
    readonly token: NewToken;
    readonly event: (row: TokenRow) => NewEvent;
  }): Promise<Creation<TokenRow>>;
  /**
   * False: the account has no such token. If the token is an admin token, `event` gets all of them as they are before the
   * change, otherwise none. What it throws prevents the change.
   */
  delete(
    account: number,
    id: number,
    event: (row: TokenRow, admins: readonly AdminToken[]) => NewEvent,
  ): Promise<boolean>;
  /** Other subscriptions for a share link. Null: they stay as they are. False: there is no such link. */
  subscribe(
    account: number,
    id: number,
    change: (before: readonly Subscription[]) => readonly Subscription[] | null,
  ): Promise<boolean>;
  /** Notes that the token was used at `at`: kept lazily, and nobody waits for it. */
  touch(id: number, at: Instant): void;
}
