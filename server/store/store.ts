import type { Actor, EventType, TokenScope } from '@letterhead/shared';
import type { Instant } from '../instant.ts';

/**
 * What Letterhead keeps, whoever keeps it. Every call is asynchronous and atomic; a change that has resolved
 * is durable, together with its events; one that has rejected has changed nothing.
 * A call rejects with `LetterheadError('unavailable')` where the store cannot serve now.
 */

export interface AccountRow {
  readonly id: number;
  readonly name: string;
  readonly suspended: boolean;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

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
  readonly created_at: Instant;
}

/** What is known of one published record. `since` is its age's beginning: create, rename or loss. */
export interface RecordState {
  readonly verified: boolean;
  /** With `verified`: the last look found it wrong. Without: it was lost, at `since`. */
  readonly degraded: boolean;
  readonly since: Instant;
}

export interface DomainRow {
  readonly id: number;
  readonly account_id: number;
  /** Normalised: A-labels, lower case. */
  readonly domain: string;
  readonly subdomain: string | null;
  readonly selector: string;
  /** DER SubjectPublicKeyInfo, base64. */
  readonly public_key: string;
  /** The private key (PKCS #8), encrypted; see dkim/key-seal.ts. */
  readonly private_key: string;
  readonly dkim: RecordState;
  readonly return_path: (RecordState & { readonly target: string }) | null;
  /** SHA-256 of the DER of public keys that were this domain's before, base64url. */
  readonly previous_keys: readonly string[];
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** Something that is about to have happened; the store gives it its id. */
export interface NewEvent {
  readonly type: EventType;
  readonly domain: { readonly id: number; readonly name: string } | null;
  readonly actor: Actor;
  readonly at: Instant;
  readonly changes: Readonly<Record<string, JsonValue>>;
}

export interface EventRow extends NewEvent {
  /** Rises within the account. */
  readonly id: number;
}

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** How a change to a domain ended. */
export type DomainChange =
  | { kind: 'written'; row: DomainRow }
  | { kind: 'unchanged'; row: DomainRow }
  | { kind: 'taken'; by: DomainRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

/** Whose token is made: an account's; or, where a domain is named, a link that shares that domain. */
export interface TokenOwner {
  readonly account: number;
  readonly domain: number | null;
  /** How many tokens and share links the account may have. */
  readonly limit: number;
}

/** How the creation of a token ended. `gone`: there is no such account, or no longer the domain to share. */
export type TokenCreation =
  | { kind: 'written'; row: TokenRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

/** When a domain's records are to be looked at; lost at most by a minute in a crash. */
export interface CheckTimes {
  readonly checked_at: Instant | null;
  /** When each record is next looked at; null: not by itself. */
  readonly due: { readonly dkim: Instant | null; readonly return_path: Instant | null };
}

export interface DueCheck {
  readonly account: number;
  readonly id: number;
}

export interface DomainFilter {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly verified?: boolean | undefined;
  readonly domain?: string | undefined;
}

export interface EventFilter {
  readonly after: number;
  readonly limit: number;
  /** A domain's id. */
  readonly domain?: number | undefined;
}

/**
 * A page of an account's log. Of its older part audited events alone are kept (see `isAudited`), for 400 days; from
 * `first` on nothing is missing. `last` is the newest id that there is, 0 where nothing has happened.
 *
 * `truncated`: `after` lies below `first`, so that of the events from `after + 1` to `first - 1` only those are in
 * `events` that are audited. Whoever follows the log has missed the others. Whoever reads it from the start goes on
 * page by page with the last id of each: `afterIsKept` tells the two apart. It is false where the log is truncated and
 * `after` is neither 0 nor the id of an event that is kept.
 */
export interface EventPage {
  readonly events: readonly EventRow[];
  readonly truncated: boolean;
  readonly afterIsKept: boolean;
  readonly first: number | null;
  readonly last: number;
}

export interface Store {
  listAccounts(): Promise<readonly AccountRow[]>;
  getAccount(id: number): Promise<AccountRow | undefined>;
  /**
   * Gives the next account id, never given before. The event lands in the new account's log.
   * `firstToken` makes a token for it in the same change: both are there afterwards, or neither.
   */
  createAccount(
    build: (id: number) => AccountRow,
    event: (row: AccountRow) => NewEvent,
    firstToken?: (account: AccountRow, id: number) => { row: TokenRow; event: NewEvent },
  ): Promise<AccountRow>;
  /** `change` returns null where nothing is to change. Undefined: there is no such account. */
  updateAccount(
    id: number,
    change: (row: AccountRow) => { row: AccountRow; events: readonly NewEvent[] } | null,
  ): Promise<AccountRow | undefined>;
  /**
   * With all its domains, keys, tokens, evidence and events. False: there was none. The event goes to the log of
   * another account, one that remains; null for none.
   */
  deleteAccount(
    id: number,
    event: (row: AccountRow) => { account: number; event: NewEvent } | null,
  ): Promise<boolean>;

  /** Of every account, by the hash of its secret. */
  findToken(hash: string): Promise<TokenRow | undefined>;
  listTokens(account: number): Promise<readonly TokenRow[]>;
  /** The limit is held whatever is created at the same moment. */
  createToken(
    owner: TokenOwner,
    build: (id: number) => TokenRow,
    event: (row: TokenRow) => NewEvent,
  ): Promise<TokenCreation>;
  /** False: the account has no such token. */
  deleteToken(account: number, id: number, event: (row: TokenRow) => NewEvent): Promise<boolean>;
  /** Kept lazily: a crash may lose the last minute. */
  noteTokenUse(id: number, at: Instant): void;
  lastTokenUse(id: number): Instant | null;

  getDomain(account: number, id: number): Promise<DomainRow | undefined>;
  /** By id. */
  listDomains(account: number, filter: DomainFilter): Promise<readonly DomainRow[]>;
  /**
   * Creates a domain where the account does not hold `domain` yet and has fewer than `limit`.
   * `build` gets an id that was never given before and never will be again.
   */
  createDomain(
    account: number,
    domain: string,
    limit: number,
    build: (id: number) => DomainRow,
    event: (row: DomainRow) => NewEvent,
  ): Promise<DomainChange>;
  /**
   * Changes a domain by its row as it is at the moment of the change; `change` returns null where nothing is to
   * change, and must be free of side effects, for it can run more than once.
   */
  updateDomain(
    account: number,
    id: number,
    change: (row: DomainRow) => { row: DomainRow; events: readonly NewEvent[] } | null,
  ): Promise<DomainChange>;
  /** With its key, its evidence and its share links, all or nothing. False: there was none. */
  deleteDomain(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean>;

  /** Oldest first. An empty page for an account that is not there. */
  listEvents(account: number, filter: EventFilter): Promise<EventPage>;
  /** Tells of each event of the account once it is durable, in the order of their ids, until the returned function is called. */
  subscribe(account: number, listener: (event: EventRow) => void): () => void;

  /**
   * The domains of accounts that are not suspended whose time has come: accounts take turns, over all calls together,
   * and of each the longest due comes first. Each is held back from the next call until `noteCheckTimes`. A domain
   * without known times is due at once; none is due later than `CHECK_LIMITS.longestWait` after a start, or after the
   * clock went back.
   */
  takeDueChecks(now: Instant, limit: number): Promise<readonly DueCheck[]>;
  noteCheckTimes(account: number, id: number, times: CheckTimes): void;
  checkTimes(account: number, id: number): CheckTimes | undefined;
  /** How many checks are due at `now`: what an operator watches. */
  countDueChecks(now: Instant): number;

  /**
   * What the last check saw: JSON of the caller's own shape. Undefined: none, or damaged, which the next check mends.
   * Rejects with `unavailable` where it cannot be read now.
   */
  readEvidence(account: number, id: number): Promise<JsonValue | undefined>;
  /** Replaced as a whole, not fsynced: it can be had again. */
  writeEvidence(account: number, id: number, evidence: JsonValue): Promise<void>;

  /** Whether it can write now; rejects with the reason where not. */
  ready(): Promise<void>;
  /** Waits for what is under way, keeps what was lazy, and lets go of the lock. */
  close(): Promise<void>;
}
