import type { Instant } from '../../instant.ts';
import type { Change, NewEvent } from './events.ts';
import type { AdminToken, NewToken, TokenRow } from './token-row.ts';

export interface AccountRow {
  readonly id: number;
  readonly name: string;
  /** What strangers are shown in place of `name`; null: `name` itself. */
  readonly display_name: string | null;
  readonly contact_email: string | null;
  /** SHA-256 of the logo's PNG, in hex; null: it has none. */
  readonly logo: string | null;
  /** Who is told by mail when a domain changes. */
  readonly notify: readonly NotifyAddress[];
  readonly suspended: boolean;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** An address that notices go to. */
export interface NotifyAddress {
  readonly address: string;
  /** Nothing is told that happened before. */
  readonly since: Instant;
  /** Of the last notice, if it was refused for good: when, and how the server put it. */
  readonly refused: { readonly at: Instant; readonly answer: string } | null;
}

export type NewAccount = Omit<AccountRow, 'id'>;

export interface AccountStore {
  /** By id. */
  list(): Promise<readonly AccountRow[]>;
  get(id: number): Promise<AccountRow | undefined>;
  /** With an id that was never given before. The event goes to the new account's log. */
  create(account: NewAccount, event: NewEvent): Promise<AccountRow>;
  /** Creates the first account and a token of it, both or neither; null where there is an account. */
  createFirst(
    account: NewAccount,
    token: NewToken,
    events: (account: AccountRow, token: TokenRow) => readonly NewEvent[],
  ): Promise<AccountRow | null>;
  /**
   * Undefined: there is no such account. `logo`: the PNG, in Base64, of a row whose `logo` is another one than before.
   */
  update(id: number, change: Change<AccountRow>, logo?: string): Promise<AccountRow | undefined>;
  /** The PNG that the row's `logo` names, in Base64; undefined where there is none. */
  logo(id: number): Promise<string | undefined>;
  /**
   * With all its domains, keys, tokens, evidence and events. False: there was none. `tell` gives the event for the log
   * of another account, one that remains; null for none. It gets all admin tokens as they are before the change; what it
   * throws prevents the change.
   */
  delete(
    id: number,
    tell: (row: AccountRow, admins: readonly AdminToken[]) => { account: number; event: NewEvent } | null,
  ): Promise<boolean>;
}
