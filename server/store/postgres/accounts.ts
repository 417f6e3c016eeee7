import { freeze } from '../freeze.ts';
import type { AccountRow, AccountStore } from '../interface/accounts.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { toAccount } from './rows.ts';
import { sql } from './sql.ts';
import { readAdmins } from './tokens.ts';

interface AccountRecord {
  readonly version: number;
  readonly content: AccountRow;
}

export function accountsIn(database: Database, commits: Commits): AccountStore {
  const records = database.share<AccountRecord>('get_accounts');
  const nextIds = () => database.one<{ id: number; token: number }>(sql('next_account_ids'));
  return {
    async list() {
      const rows = await commits.read<{ content: AccountRow }>(sql('list_accounts'));
      return rows.map(({ content }) => toAccount(content));
    },

    async get(id) {
      const record = await commits.serve(() => records.get({ id }));
      return record && toAccount(record.content);
    },

    create: (account, event) =>
      commits.serve(async () => {
        const { id } = await nextIds();
        const row: AccountRow = freeze({ id, ...account });
        const values = { content: JSON.stringify(row), suspended: row.suspended };
        await commits.commit('create_account', id, [event], values);
        return row;
      }),

    createFirst: (account, token, events) =>
      commits.serve(async () => {
        if ((await database.read(sql('list_accounts'))).length > 0) return null;
        const { id, token: tokenId } = await nextIds();
        const row: AccountRow = freeze({ id, ...account });
        const stored = { ...token, id: tokenId, account_id: id, subscriptions: [] };
        const told = events(row, { ...stored, last_used_at: null });
        const content = { content: JSON.stringify(row), token_content: JSON.stringify(stored) };
        const values = { ...content, token: tokenId, hash: stored.hash };
        const before = sql('lock_first_account');
        return (await commits.commit('create_first_account', id, told, values, { before })) ? row : null;
      }),

    update: (id, change, logo) =>
      commits.change(id, async () => {
        const record = await records.get({ id });
        const before = record && toAccount(record.content);
        const changed = before && change(before);
        if (!changed) return before;
        const { row, events } = changed;
        const values = {
          version: record?.version,
          content: JSON.stringify(row),
          suspended: row.suspended,
          replaces_logo: row.logo !== before.logo,
          logo: (row.logo !== null && logo) || null,
        };
        const isHeld = row.suspended !== before.suspended;
        const after = isHeld ? sql('hold_checks', { account: id, held: row.suspended }) : undefined;
        return (await commits.commit('update_account', id, events, values, { after })) ? freeze(row) : null;
      }),

    async logo(id) {
      const [found] = await commits.read<{ logo: string | null }>(sql('get_logo', { id }));
      return found?.logo ?? undefined;
    },

    delete: (id, tell) =>
      commits.change(id, async () => {
        const record = await records.get({ id });
        if (record === undefined) return false;
        const admins = await readAdmins(database);
        const told = tell(toAccount(record.content), admins);
        const values = { id, version: record.version, admins: admins.map((admin) => admin.id) };
        const events = told === null ? [] : [told.event];
        const before = sql('lock_admins');
        return commits.commit('delete_account', told?.account ?? 0, events, values, { before });
      }),
  };
}
