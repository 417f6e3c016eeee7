import { isDeepStrictEqual } from 'node:util';
import type { Account, Actor, EventType, NoticeAddress, Sender } from '@letterhead/shared';
import { LetterheadError, shownName } from '@letterhead/shared';
import { type Instant, toInstant } from '../instant.ts';
import type { AccountRow, NotifyAddress } from '../store/interface/accounts.ts';
import type { JsonValue, NewEvent } from '../store/interface/events.ts';
import type { AuthDeps, Identity } from './identity.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { hashOf, logoPath, parseLogo } from './logo.ts';

/** An account as callers see it. */
export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.name,
    display_name: row.display_name,
    contact_email: row.contact_email,
    logo: row.logo === null ? null : logoPath(row.id, row.logo),
    notify: row.notify.map(({ address }) => address),
    suspended: row.suspended,
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
  };
}

/** An address that notices go to, as callers see it. */
export function toNoticeAddress({ address, refused }: NotifyAddress): NoticeAddress {
  const refused_at = refused && new Date(refused.at);
  return { address, refused_at, answer: refused?.answer ?? null };
}

/** An account as strangers see it. */
export function toSender(row: AccountRow): Sender {
  const { contact_email, logo } = toAccount(row);
  return { name: shownName(row), contact_email, logo };
}

/** Fields to change; undefined ones stay as they are. */
export interface AccountChange {
  readonly name?: string | undefined;
  readonly suspended?: boolean | undefined;
  readonly display_name?: string | null | undefined;
  readonly contact_email?: string | null | undefined;
  /** A PNG in Base64. */
  readonly logo?: string | null | undefined;
  readonly notify?: readonly string[] | undefined;
}

export interface AccountsDeps extends AuthDeps {
  /** Keys that are open in memory. */
  readonly openedKeys: { forgetAccount(account: number): void };
}

/** What an account begins with, beside its name. */
export const NEW_ACCOUNT = {
  display_name: null,
  contact_email: null,
  logo: null,
  notify: [],
  suspended: false,
} as const;

/** Accounts of the installation. */
export class Accounts {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /** Ordered by id. */
  list(): Promise<readonly AccountRow[]> {
    return this.#deps.store.accounts.list();
  }

  /** Rejects with `not_found`. */
  async get(id: number): Promise<AccountRow> {
    const row = await this.#deps.store.accounts.get(id);
    if (row === undefined) throw noSuchAccount(id);
    return row;
  }

  /** The PNG of its logo, with its hash; undefined where there is no such account, or it has none. */
  async logo(id: number): Promise<{ png: Uint8Array; hash: string } | undefined> {
    const base64 = await this.#deps.store.accounts.logo(id);
    if (base64 === undefined) return undefined;
    const png = Buffer.from(base64, 'base64');
    return { png, hash: hashOf(png) };
  }

  create(
    {
      notify = [],
      ...account
    }: Pick<AccountRow, 'name'> &
      Partial<Pick<AccountRow, 'display_name' | 'contact_email'>> &
      Pick<AccountChange, 'notify'>,
    actor: Actor,
  ): Promise<AccountRow> {
    const now = toInstant(this.#deps.clock());
    const told = notified(NEW_ACCOUNT, notify, now);
    return this.#deps.store.accounts.create(
      { ...NEW_ACCOUNT, ...account, notify: told, created_at: now, updated_at: now },
      this.#event('account.created', actor, { name: account.name }),
    );
  }

  /** Rejects with `invalid` if the logo is not a PNG that can be served. */
  async update(account: AccountRow, to: AccountChange, actor: Actor): Promise<AccountRow> {
    const updated_at = toInstant(this.#deps.clock());
    const logo = to.logo == null ? to.logo : parseLogo(to.logo);
    const hash = logo?.hash ?? null;
    const row = await this.#deps.store.accounts.update(
      account.id,
      (current) => {
        const { name = current.name, suspended = current.suspended } = to;
        const { display_name = current.display_name, contact_email = current.contact_email } = to;
        const profile = { display_name, contact_email, logo: logo === undefined ? current.logo : hash };
        const notify = to.notify === undefined ? current.notify : notified(current, to.notify, updated_at);
        const changed = { ...current, ...profile, name, notify, suspended, updated_at };
        const events = [
          ...this.#renamed(current, changed, actor),
          ...this.#profileChanged(current, changed, actor),
          ...this.#suspended(current, changed, actor),
        ];
        // Addresses that are given again are tried again, without an event where they are the same.
        return events.length === 0 && notify === current.notify ? null : { row: changed, events };
      },
      logo?.png,
    );
    if (row === undefined) throw noSuchAccount(account.id);
    return row;
  }

  /**
   * Deletes its domains, keys, tokens and events as well. The event is logged in the caller's account, if it has one.
   * Rejects with `last_admin` if no other account has a valid admin token, unless `confirm` is the account's id.
   */
  async delete(account: AccountRow, confirm: number | undefined, identity: Identity): Promise<void> {
    const { id } = account;
    const now = toInstant(this.#deps.clock());
    const teller = identity.account?.id ?? null;
    const gone = await this.#deps.store.accounts.delete(id, (row, admins) => {
      if (confirm !== id)
        refuseLastAdmin(admins, { goes: ({ account_id }) => account_id === id, now, confirm: `${id}` });
      if (teller === null || teller === id) return null;
      const changes = { account_id: id, name: row.name };
      return { account: teller, event: this.#event('account.deleted', identity.actor, changes) };
    });
    this.#deps.openedKeys.forgetAccount(id);
    if (!gone) throw noSuchAccount(id);
  }

  #renamed(row: AccountRow, { name }: AccountRow, actor: Actor): NewEvent[] {
    if (name === row.name) return [];
    return [this.#event('account.renamed', actor, { name: { from: row.name, to: name } })];
  }

  #profileChanged(row: AccountRow, changed: AccountRow, actor: Actor): NewEvent[] {
    const before = profileOf(row);
    const after = profileOf(changed);
    const fields = Object.keys(after).filter((field) => !isDeepStrictEqual(before[field], after[field]));
    if (fields.length === 0) return [];
    const changes = fields.map((field) => [field, { from: before[field], to: after[field] }]);
    return [this.#event('account.updated', actor, Object.fromEntries(changes))];
  }

  #suspended(row: AccountRow, { suspended }: AccountRow, actor: Actor): NewEvent[] {
    if (suspended === row.suspended) return [];
    return [this.#event(suspended ? 'account.suspended' : 'account.resumed', actor, {})];
  }

  #event(type: EventType, actor: Actor, changes: Record<string, JsonValue>): NewEvent {
    return { type, domain: null, actor, at: toInstant(this.#deps.clock()), changes };
  }
}

/** What an event tells of a change: logos by their hashes. */
function profileOf({ display_name, contact_email, logo, notify }: AccountRow): Record<string, JsonValue> {
  return { display_name, contact_email, logo, notify: notify.map(({ address }) => address) };
}

/** An address that was there before is told from where it was, and tried again if it was refused. */
function notified(
  { notify }: Pick<AccountRow, 'notify'>,
  addresses: readonly string[],
  now: Instant,
): NotifyAddress[] {
  return [...new Set(addresses)].map((address) => ({
    address,
    since: notify.find((known) => known.address === address)?.since ?? now,
    refused: null,
  }));
}

function noSuchAccount(id: number): LetterheadError {
  return new LetterheadError('not_found', `There is no account ${id}.`);
}
