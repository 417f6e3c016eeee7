import { freeze } from '../freeze.ts';
import { SharedQuery } from '../shared-query.ts';
import type { AccountRow, AccountStore, Change, NewAccount, NewEvent } from '../store.ts';
import { type AccountDocument, toAccountRow } from './account-row.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';
import { readAdmins } from './tokens.ts';

interface AccountRecord {
  readonly id: number;
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
    this.#records = new SharedQuery(async (ids) => {
      const records = await database.read<AccountRecord>(sql('get_accounts', ids));
      const byId = new Map(records.map((record) => [record.id, record]));
      return ids.map((id) => byId.get(id));
    });
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
      const values = [JSON.stringify(row), row.suspended];
      await this.#commits.commit({ name: 'create_account', account: id, events: [event], values });
      return row;
    });
  }

  createFirst(...[account, token, events]: Parameters<AccountStore['createFirst']>) {
    return this.#commits.serve(async () => {
      if ((await this.#database.read(sql('list_accounts'))).length > 0) return null;
      const { id, token: tokenId } = await this.#nextIds();
      const row: AccountRow = freeze({ id, ...account });
      const stored = { ...token, id: tokenId, account_id: id };
      const isFirst = await this.#commits.commit({
        name: 'create_first_account',
        account: id,
        events: events(row, { ...stored, last_used_at: null }),
        values: [JSON.stringify(row), tokenId, JSON.stringify(stored), stored.hash],
        before: sql('lock_first_account'),
      });
      return isFirst ? row : null;
    });
  }

  update(id: number, change: Change<AccountRow>, logo?: string): Promise<AccountRow | undefined> {
    return this.#commits.inTurn(id, async () => {
      for (;;) {
        const record = await this.#records.get(id);
        const before = record && toAccountRow(record.content);
        const changed = before && change(before);
        if (!changed) return before;
        const { row, events } = changed;
        const isUpdated = await this.#commits.commit({
          name: 'update_account',
          account: id,
          events,
          values: [
            record?.version,
            JSON.stringify(row),
            row.suspended,
            row.logo !== before.logo,
            row.logo === null ? null : logo,
          ],
          ...(row.suspended === before.suspended ? {} : { after: sql('hold_checks', id, row.suspended) }),
        });
        if (isUpdated) return freeze(row);
      }
    });
  }

  async logo(id: number): Promise<string | undefined> {
    const [found] = await this.#commits.read<{ logo: string | null }>(sql('get_logo', id));
    return found?.logo ?? undefined;
  }

  delete(...[id, tell]: Parameters<AccountStore['delete']>): Promise<boolean> {
    return this.#commits.inTurn(id, async () => {
      for (;;) {
        const record = await this.#records.get(id);
        if (record === undefined) return false;
        const admins = await readAdmins(this.#database);
        const told = tell(toAccountRow(record.content), admins);
        const isDeleted = await this.#commits.commit({
          name: 'delete_account',
          account: told?.account ?? 0,
          events: told === null ? [] : [told.event],
          values: [id, record.version, admins.map((admin) => admin.id)],
          before: sql('lock_admins'),
        });
        if (isDeleted) return true;
      }
    });
  }

  async #nextIds(): Promise<{ id: number; token: number }> {
    const [ids] = await this.#database.read<{ account: number; token: number }>(sql('next_account_ids'));
    if (ids === undefined) throw new Error('PostgreSQL returned no ids.');
    return { id: ids.account, token: ids.token };
  }
}
