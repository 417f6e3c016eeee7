import type { Account, Actor, EventType } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import type { AccountRow, JsonValue, NewEvent } from '../store/store.ts';
import type { AuthDeps, Identity } from './identity.ts';
import { refuseLastAdmin } from './last-admin.ts';

/** An account as callers see it. */
export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.name,
    suspended: row.suspended,
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
  };
}

/** Fields to change; undefined ones stay as they are. */
export interface AccountChange {
  readonly name?: string | undefined;
  readonly suspended?: boolean | undefined;
}

export interface AccountsDeps extends AuthDeps {
  /** Keys that are open in memory. */
  readonly openedKeys: { forgetAccount(account: number): void };
}

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

  create(name: string, actor: Actor): Promise<AccountRow> {
    const now = toInstant(this.#deps.clock());
    return this.#deps.store.accounts.create(
      { name, suspended: false, created_at: now, updated_at: now },
      this.#event('account.created', actor, { name }),
    );
  }

  /** Renames, suspends or resumes. */
  async update(account: AccountRow, to: AccountChange, actor: Actor): Promise<AccountRow> {
    const updated_at = toInstant(this.#deps.clock());
    const row = await this.#deps.store.accounts.update(account.id, (current) => {
      const events = [
        ...this.#renamed(current, to.name, actor),
        ...this.#suspended(current, to.suspended, actor),
      ];
      if (events.length === 0) return null;
      const { name = current.name, suspended = current.suspended } = to;
      return { row: { ...current, name, suspended, updated_at }, events };
    });
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

  #renamed(row: AccountRow, name: string | undefined, actor: Actor): NewEvent[] {
    if (name === undefined || name === row.name) return [];
    return [this.#event('account.renamed', actor, { name: { from: row.name, to: name } })];
  }

  #suspended(row: AccountRow, suspended: boolean | undefined, actor: Actor): NewEvent[] {
    if (suspended === undefined || suspended === row.suspended) return [];
    return [this.#event(suspended ? 'account.suspended' : 'account.resumed', actor, {})];
  }

  #event(type: EventType, actor: Actor, changes: Record<string, JsonValue>): NewEvent {
    return { type, domain: null, actor, at: toInstant(this.#deps.clock()), changes };
  }
}

function noSuchAccount(id: number): LetterheadError {
  return new LetterheadError('not_found', `There is no account ${id}.`);
}
