import { freeze } from '../freeze.ts';
import type { AccountRow, AccountStore, NewAccount } from '../interface/accounts.ts';
import type { Change, NewEvent } from '../interface/events.ts';
import type { SharedQuery } from '../shared-query.ts';
import { type AccountDocument, toAccountRow } from './account-row.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';
import { readAdmins } from './tokens.ts';

interface AccountRecord {
  readonly version: number;
  readonly content: AccountDocument;
}

export class Accounts implements AccountStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #records: SharedQuery<number, AccountRecord>;

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#records = database.share('get_accounts', (ids) => [ids]);
  }

  async list(): Promise<readonly AccountRow[]> {
    const records = await this.#commits.read<AccountRecord>(sql('list_accounts'));
    return records.map(({ content }) => toAccountRow(content));
  }

  async get(id: number): Promise<AccountRow | undefined> {
    const record = await this.#commits.serve(() => this.#records.get(id));
    return record && toAccountRow(record.content);
  }

  create(account: NewAccount, event: NewEvent): Promise<AccountRow> {
    return this.#commits.serve(async () => {
      const { id } = await this.#nextIds();
      const row: AccountRow = freeze({ id, ...account });
      await this.#commits.commit('create_account', id, [event], [JSON.stringify(row), row.suspended]);
      return row;
    });
  }

  createFirst(...[account, token, events]: Parameters<AccountStore['createFirst']>) {
    return this.#commits.serve(async () => {
      if ((await this.#database.read(sql('list_accounts'))).length > 0) return null;
      const { id, token: tokenId } = await this.#nextIds();
      const row: AccountRow = freeze({ id, ...account });
      const stored = { ...token, id: tokenId, account_id: id, subscriptions: [] };
      const told = events(row, { ...stored, last_used_at: null });
      const values = [JSON.stringify(row), tokenId, JSON.stringify(stored), stored.hash];
      const around = { before: sql('lock_first_account') };
      return (await this.#commits.commit('create_first_account', id, told, values, around)) ? row : null;
    });
  }

  update(id: number, change: Change<AccountRow>, logo?: string): Promise<AccountRow | undefined> {
    return this.#commits.change(id, async () => {
      const record = await this.#records.get(id);
      const before = record && toAccountRow(record.content);
      const changed = before && change(before);
      if (!changed) return before;
      const { row, events } = changed;
      const image = row.logo === null ? null : logo;
      const values = [record?.version, JSON.stringify(row), row.suspended, row.logo !== before.logo, image];
      const isHeld = row.suspended !== before.suspended;
      const around = isHeld ? { after: sql('hold_checks', id, row.suspended) } : {};
      return (await this.#commits.commit('update_account', id, events, values, around)) ? freeze(row) : null;
    });
  }

  async logo(id: number): Promise<string | undefined> {
    const [found] = await this.#commits.read<{ logo: string | null }>(sql('get_logo', id));
    return found?.logo ?? undefined;
  }

  delete(...[id, tell]: Parameters<AccountStore['delete']>): Promise<boolean> {
    return this.#commits.change(id, async () => {
      const record = await this.#records.get(id);
      if (record === undefined) return false;
      const admins = await readAdmins(this.#database);
      const { account, event } = tell(toAccountRow(record.content), admins) ?? { account: 0, event: null };
      const values = [id, record.version, admins.map((admin) => admin.id)];
      const around = { before: sql('lock_admins') };
      const events = event === null ? [] : [event];
      return (await this.#commits.commit('delete_account', account, events, values, around)) || null;
    });
  }

  #nextIds(): Promise<{ id: number; token: number }> {
    return this.#database.one(sql('next_account_ids'));
  }
}
