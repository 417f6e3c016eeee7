import type { Actor, DiagnosisCode, DisabledReason, EventType, TokenScope } from '@letterhead/shared';
import type { Instant } from '../instant.ts';

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
  readonly rates: RateStore;
  readonly keyZone: KeyZoneStore;
  /** Whether it can write now; rejects with the reason where not. To be asked once at a time. */
  ready(): Promise<void>;
  /** Waits for what is under way, keeps what is kept lazily, and releases what the store holds. */
  close(): Promise<void>;
}

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

/**
 * `pending`: to be published, it signs once its record was found. `active`: it signs. `retiring`: it has signed, and its
 * record stays for mail under way. `revoked`: its record has to go. A key whose record may be gone is retired: it leaves
 * the row, which remembers its fingerprint. keys/rotation.ts has what leads from one to another.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'revoked';

/** A key of a domain. */
export interface KeyRow {
  /** Unique within the domain, and never given again there. */
  readonly id: number;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256';
  readonly bits: number;
  readonly state: KeyState;
  /** `cname`: in the key zone, at the name that one of the domain's two CNAME records points to. */
  readonly published_as: 'txt' | 'cname';
  /** DER SubjectPublicKeyInfo, base64. */
  readonly public_key: string;
  /** The private key (PKCS #8), encrypted; see keys/key-encryption.ts. Null: it was destroyed. */
  readonly private_key: string | null;
  readonly created_at: Instant;
  /** When its record was first verified while it was active. */
  readonly activated_at: Instant | null;
  /** With `retiring`: until when its record has to stay. */
  readonly retires_at: Instant | null;
  /**
   * From when on it may sign: what its name held before it has left all caches by then. Null: it was not seen yet at all
   * name servers of the key zone.
   */
  readonly usable_at: Instant | null;
}

/** Where a domain's keys are in the key zone. It stays the domain's, whether its keys are there or not. */
export interface Delegation {
  /** The key zone. */
  readonly zone: string;
  /** Below the zone; of this domain alone, and never given again. */
  readonly label: string;
  /** Of the names below the label, and of the CNAME records that point there. */
  readonly selectors: readonly [string, string];
}

/**
 * Names a record of a domain, as long as that has it: the record of one of its keys, one of the CNAME records, by
 * its selector, or the Return-Path record.
 */
export type RecordId = `dkim:${number}` | `cname:${string}` | 'return_path';

/** Something for each of a domain's records. */
export interface ByRecord<T> {
  readonly [key: `dkim:${number}`]: T;
  readonly [key: `cname:${string}`]: T;
  readonly return_path?: T;
}

/** One published record, and what is known of it. */
export interface RecordState {
  readonly id: RecordId;
  readonly kind: 'dkim' | 'cname' | 'return_path';
  /** The selector that its host is named after. */
  readonly selector: string;
  /** Where a CNAME has to point; null: it is no CNAME. */
  readonly target: string | null;
  readonly verified: boolean;
  /** With `verified`: the last check found it wrong. Without: it was lost, at `since`. */
  readonly degraded: boolean;
  /** When its age begins: create, rename or loss. */
  readonly since: Instant;
  /** When it was first found wrong since it was last found correct; null while it is verified and correct. */
  readonly wrong_since: Instant | null;
}

export interface DomainRow {
  readonly id: number;
  readonly account_id: number;
  /** Normalised: A-labels, lower case. */
  readonly domain: string;
  readonly subdomain: string | null;
  /** Whether at least one of its records is. */
  readonly verified: boolean;
  /** In order of creation. Exactly one of them is active, and at most one is pending. */
  readonly keys: readonly KeyRow[];
  /** The highest id that a key of this domain was ever given. */
  readonly last_key_id: number;
  /** Null: its keys never were in the key zone under this name. */
  readonly delegation: Delegation | null;
  /** In the order in which callers see them, and those of revoked keys, which callers don't see. */
  readonly records: readonly RecordState[];
  /** SHA-256 of the DER of public keys that were this domain's before, base64url. */
  readonly previous_keys: readonly string[];
  /**
   * When its records are checked, and what the last check found; null: as soon as possible. Kept lazily: a crash may
   * lose the last minute.
   */
  readonly checks: CheckTimes | null;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** When a domain's records were checked, with what came of it, and when they are to be. */
export interface CheckTimes {
  /** When the last check ended, and when it began. */
  readonly checked_at: Instant | null;
  readonly began_at: Instant | null;
  /** When each record is next checked; null: not without being asked. One that is not named: as soon as possible. */
  readonly due: ByRecord<Instant | null>;
  /** What the last check of each record found; of one that is not named, nothing is known. */
  readonly codes: ByRecord<DiagnosisCode>;
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

/**
 * What becomes of a row, with the events that tell of it; null where nothing is to change. It is given the row as it is
 * at the moment of the change, must be free of side effects, and can run more than once.
 */
export type Change<Row> = (row: Row) => { row: Row; events: readonly NewEvent[] } | null;

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

/** A token of scope `admin` whose account is not suspended. It may have expired. */
export type AdminToken = Pick<TokenRow, 'id' | 'account_id' | 'expires_at'>;

/** How the creation of a token ended. `gone`: there is no such account, or no longer the domain to share. */
export type TokenCreation =
  | { kind: 'written'; row: TokenRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

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
  }): Promise<TokenCreation>;
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

export interface DomainFilter {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly verified?: boolean | undefined;
  /** Only those with one of these names. */
  readonly domains?: readonly string[] | undefined;
}

/** Why a domain cannot be created, or not under this name. `gone`: there is no such account, or domain. */
export type DomainObstacle =
  | { kind: 'taken'; by: DomainRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

/** How a change to a domain ended. */
export type DomainChange =
  | { kind: 'written'; row: DomainRow; events: readonly NewEvent[] }
  | { kind: 'unchanged'; row: DomainRow }
  | DomainObstacle;

export interface DomainStore {
  /** The same object as long as nothing about the domain has changed. */
  get(account: number, id: number): Promise<DomainRow | undefined>;
  /** By id. */
  list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]>;
  /** Those of all accounts, suspended ones included, that have one of these names. By id. */
  named(names: readonly string[]): Promise<readonly DomainRow[]>;
  /** What is in the way of `name` now, null for nothing. `limit`: see `create`; null for a domain that is renamed. */
  findObstacle(account: number, name: string, limit: number | null): Promise<DomainObstacle | null>;
  /**
   * Creates a domain where the account does not hold `name` yet and has fewer than `limit`.
   * `build` is given an id that was never given before and never will be again.
   */
  create(options: {
    readonly account: number;
    readonly name: string;
    readonly limit: number;
    readonly build: (id: number) => DomainRow;
    readonly events: (row: DomainRow) => readonly NewEvent[];
  }): Promise<DomainChange>;
  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange>;
  /**
   * With its keys, its evidence and its share links, all or nothing. Its label is retired, as by a rename. False: there
   * was none.
   */
  delete(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean>;
}

export interface DueCheck {
  readonly account: number;
  readonly id: number;
}

/** The latest time at which a domain in each state can be due. */
export interface LatestDue {
  readonly verified: Instant;
  readonly unverified: Instant;
}

/** A check that is about to end. */
export interface EndingCheck extends DueCheck {
  /** Of the active key as the check began: what it found out is of no use once the domain has no such key. */
  readonly selector: string;
  /** When its first question was asked: it goes into the row's `checks.began_at`. */
  readonly began: Instant;
}

/** What a check comes to. */
export interface CheckResult {
  /** What it saw: JSON of the caller's own shape, which replaces what was kept before. */
  readonly evidence: JsonValue;
  /** What changes about the domain; its `checks` are not looked at. */
  readonly change: Change<DomainRow>;
  /** When each record is next looked at, and when the check ended; of the row as the change has left it. */
  readonly times: (row: DomainRow) => Omit<CheckTimes, 'began_at'>;
}

/**
 * How a check ended. `dropped`: nothing of it was kept, because a check that began later has ended already, or because
 * the domain no longer has the key.
 */
export type CheckEnd =
  | { kind: 'written'; row: DomainRow; events: readonly NewEvent[] }
  | { kind: 'unchanged'; row: DomainRow }
  | { kind: 'dropped'; row: DomainRow }
  | { kind: 'gone' };

export interface CheckStore {
  /**
   * The domains of accounts that are not suspended whose time has come: accounts take turns, over all calls together,
   * and of each the longest due comes first. None is given again within `lease` seconds, unless it is finished or
   * rescheduled before.
   */
  claim(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]>;
  /** Evidence, change, events and times in one; who hears of an event finds the evidence of it. */
  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd>;
  /**
   * The domains whose times a clock that was ahead can have left behind: checked or begun after `now`, or with a record
   * that is due later than `latest` says for a domain that is verified or not, or never.
   */
  listAhead(now: Instant, latest: LatestDue): Promise<readonly DueCheck[]>;
  /** Other times, without a check. Nothing happens where the domain is gone. */
  reschedule(check: DueCheck, times: CheckTimes): Promise<void>;
  /** How many checks are due at `now` and not claimed: what an operator watches. */
  countDue(now: Instant): Promise<number>;
  /**
   * What the last check saw. Undefined: none, or damaged, which the next check repairs.
   * Rejects with `unavailable` where it cannot be read now.
   */
  evidence(account: number, id: number): Promise<JsonValue | undefined>;
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

/** Ids rise by one within an account, and no event becomes visible after one with a higher id. */
export interface EventStore {
  /** Oldest first. An empty page for an account that is not there. */
  list(account: number, filter: EventFilter): Promise<EventPage>;
  /**
   * Calls `onNews` whenever the account may have new events, which are durable and listed by then, until the result is
   * disposed of. It may be called without need, and once for many events.
   */
  watch(account: number, onNews: () => void): Promise<AsyncDisposable>;
  /** The same for all accounts at once; events of other servers can go unnoticed. */
  watchAll(onNews: () => void): Promise<AsyncDisposable>;
}

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

/** A delivery that has ended, in the form that callers see; `id` rises within the webhook. */
export type DeliveryRow = {
  readonly id: number;
  readonly event: number | null;
  readonly type: string;
  readonly trigger: 'event' | 'test' | 'again';
  readonly at: Instant;
  /** In milliseconds. */
  readonly duration: number;
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  readonly delivered: boolean;
  /** Why it was not. */
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly answer: string;
};

export interface NewDelivery {
  readonly account: number;
  readonly webhook: number;
  readonly row: Omit<DeliveryRow, 'id'>;
}

/** How the creation of a webhook ended. `gone`: there is no such account. */
export type WebhookCreation =
  | { kind: 'written'; row: WebhookRow }
  | { kind: 'full'; limit: number }
  | { kind: 'gone' };

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
  }): Promise<WebhookCreation>;
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

/** What follows the log of its account: the webhook of the same id, or the account's notices, whose id is 0. */
export type CursorKind = 'webhook' | 'notice';

/** How far a follower has come. */
export interface CursorState {
  /** The last event that it is done with. */
  readonly position: number;
  /** How often the next one has failed. */
  readonly failures: number;
  /** When that is tried again; null: at once. */
  readonly due: Instant | null;
  /** Whether the last attempt failed or took long; null: there was none yet. */
  readonly slow: boolean | null;
  /** When it goes on although nothing new has happened; null: it does not. */
  readonly wake: Instant | null;
  /** What the follower remembers beside the position. */
  readonly memo: JsonValue;
}

/** A cursor that is held until its lease ends, by the store's clock. */
export interface Cursor extends CursorState {
  readonly kind: CursorKind;
  readonly account: number;
  readonly id: number;
  /** Rises with each claim. */
  readonly version: number;
  /** Seconds, from the claim and from each advance. */
  readonly lease: number;
}

export interface CursorStore {
  /**
   * Cursors whose account has newer events or whose time to wake has come, which are due, and which nobody holds. Not those of suspended accounts and
   * of disabled webhooks. Accounts take turns, that with the fewest held first, and of each the longest unheld one.
   */
  claim(
    kind: CursorKind,
    options: {
      readonly now: Instant;
      readonly limit: number;
      readonly lease: number;
      /** At most so many of one account are held that are as slow as these. */
      readonly perAccount: number;
      readonly slow: boolean | null;
    },
  ): Promise<readonly Cursor[]>;
  /** Renews the lease. False: it had ended, or the cursor was taken away, and nothing was changed. */
  advance(cursor: Cursor, state: CursorState): Promise<boolean>;
  /** How far it has come; 0: there is none. */
  position(kind: CursorKind, account: number, id: number): Promise<number>;
  /** As `advance`, and lets others claim it. */
  release(cursor: Cursor, state: CursorState): Promise<boolean>;
  /** Of all webhooks, those of suspended accounts aside. */
  webhookBacklog(): Promise<WebhookBacklog>;
}

export interface WebhookBacklog {
  readonly disabled: number;
  /** When the oldest event happened that an enabled webhook is not done with; null: there is none. */
  readonly oldest: Instant | null;
}

/** By `secret_key_check`, the key that encrypts private keys is recognised at a start. */
export type SettingKey = 'secret_key_check';

export interface SettingStore {
  get(key: SettingKey): Promise<string | null>;
  /** Sets what has no value yet. Resolves to the value that it has then. */
  setOnce(key: SettingKey, value: string): Promise<string>;
}

/** Points by the key of a rate limit. */
export type TakenPoints = Readonly<Record<string, number>>;

export interface RateStore {
  /**
   * Passes on what was taken in this process since the last call. Returns what other processes have passed on since,
   * each in an object of its own.
   */
  exchange(taken: TakenPoints): Promise<readonly TakenPoints[]>;
}

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
