import { hasScope } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { Creation } from '../interface/events.ts';
import type { AdminToken, TokenRow } from '../interface/token-row.ts';
import type { TokenStore } from '../interface/tokens.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { type TokenRecord, toAccount, toToken } from './rows.ts';
import { sql, sqlForRows } from './sql.ts';

/** `flush` writes the times of use to the database. They are lost if that fails. */
export function tokensIn(database: Database, commits: Commits): TokenStore & { flush(): Promise<void> } {
  const byHash = database.share<TokenRecord & { account: AccountRow }>('find_tokens');
  /** When tokens were last used, as far as the database does not know it yet. */
  let uses = new Map<number, Instant>();
  let timer: NodeJS.Timeout | null = null;

  const toRow = ({ content, last_used_at }: TokenRecord): TokenRow =>
    toToken({ content, last_used_at: uses.get(content.id) ?? last_used_at });

  const find = async (account: number, id: number) => {
    const [record] = await database.read<TokenRecord>(sql('get_token', { account, id }));
    return record && toRow(record);
  };

  const flush = async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const rows = [...uses].map(([id, at]) => ({ id, at })).sort((a, b) => a.id - b.id);
    uses = new Map();
    if (rows.length > 0) await database.read(sqlForRows('touch_tokens', rows));
  };

  return {
    flush,

    async findByHash(hash) {
      const found = await commits.serve(() => byHash.get({ hash }));
      return found && { token: toRow(found), account: toAccount(found.account) };
    },

    get: (account, id) => commits.serve(() => find(account, id)),

    async list(account, { domain }) {
      const records = await commits.read<TokenRecord>(sql('list_tokens', { account, domain }));
      return records.map(toRow);
    },

    create: ({ account, limit, token, event }) =>
      commits.change<Creation<TokenRow>>(account, async () => {
        const { domain_id: domain, hash } = token;
        const query = sql('next_token_id', { account, limit, domain });
        const [next] = await database.read<{ id: number | null }>(query);
        if (next === undefined) return { kind: 'gone' };
        if (next.id === null) return { kind: 'full', limit };
        const stored = { ...token, id: next.id, account_id: account, subscriptions: [] };
        const row: TokenRow = freeze({ ...stored, last_used_at: null });
        const values = { id: row.id, content: JSON.stringify(stored), domain, limit, hash };
        const isCreated = await commits.commit('create_token', account, [event(row)], values);
        return isCreated ? { kind: 'written', row } : null;
      }),

    delete: (account, id, event) =>
      commits.change(account, async () => {
        const row = await find(account, id);
        if (row === undefined) return false;
        const isAdmin = hasScope(row.scopes, 'admin');
        const admins = isAdmin ? await readAdmins(database) : [];
        const values = { id, admins: admins.map((admin) => admin.id) };
        const before = isAdmin ? sql('lock_admins') : undefined;
        return commits.commit('delete_token', account, [event(row, admins)], values, { before });
      }),

    subscribe: (account, id, change) =>
      commits.change<boolean>(account, async () => {
        const row = await find(account, id);
        const subscriptions = row && change(row.subscriptions);
        if (row === undefined || !subscriptions) return row !== undefined;
        const { last_used_at, subscriptions: before, ...content } = row;
        const documents = {
          before: JSON.stringify(before),
          content: JSON.stringify({ ...content, subscriptions }),
        };
        return commits.commit('subscribe', account, [], { id, ...documents });
      }),

    touch(id, at) {
      uses.set(id, at);
      timer ??= setTimeout(() => void flush().catch(() => {}), DATABASE_LIMITS.tokenUse);
    },
  };
}

/** The admin tokens of accounts that are not suspended. */
export async function readAdmins(database: Database): Promise<readonly AdminToken[]> {
  const records = await database.read<Pick<TokenRecord, 'content'>>(sql('list_admins'));
  return records.map(({ content }) => content).filter(({ scopes }) => hasScope(scopes, 'admin'));
}
