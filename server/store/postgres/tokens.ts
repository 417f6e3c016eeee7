import { hasScope } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { AdminToken, TokenRow } from '../interface/token-row.ts';
import type { TokenCreation, TokenStore } from '../interface/tokens.ts';
import type { SharedQuery } from '../shared-query.ts';
import { type AccountDocument, toAccountRow } from './account-row.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { columns, sql } from './sql.ts';

interface TokenRecord {
  /** Before migration 6, it had no subscriptions. */
  readonly content: Omit<TokenRow, 'last_used_at' | 'subscriptions'> &
    Partial<Pick<TokenRow, 'subscriptions'>>;
  readonly last_used_at: Instant | null;
}

interface FoundToken extends TokenRecord {
  readonly account: AccountDocument;
}

export class Tokens implements TokenStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #byHash: SharedQuery<string, FoundToken>;
  /** When tokens were last used, as far as the database does not know it yet. */
  #uses = new Map<number, Instant>();
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#byHash = database.share('find_tokens', (hashes) => [hashes]);
  }

  async findByHash(hash: string): Promise<{ token: TokenRow; account: AccountRow } | undefined> {
    const found = await this.#commits.serve(() => this.#byHash.get(hash));
    return found && { token: this.#toRow(found), account: toAccountRow(found.account) };
  }

  async get(account: number, id: number): Promise<TokenRow | undefined> {
    const [record] = await this.#commits.read<TokenRecord>(sql('get_token', account, id));
    return record && this.#toRow(record);
  }

  async list(account: number, { domain }: { domain: number | null }): Promise<readonly TokenRow[]> {
    const records = await this.#commits.read<TokenRecord>(sql('list_tokens', account, domain));
    return records.map((record) => this.#toRow(record));
  }

  create(options: Parameters<TokenStore['create']>[0]): Promise<TokenCreation> {
    const { account, limit, token, event } = options;
    return this.#commits.change<TokenCreation>(account, async () => {
      const query = sql('next_token_id', account, limit, token.domain_id);
      const [next] = await this.#database.read<{ id: number | null }>(query);
      if (next === undefined) return { kind: 'gone' };
      if (next.id === null) return { kind: 'full', limit };
      const stored = { ...token, id: next.id, account_id: account, subscriptions: [] };
      const row: TokenRow = freeze({ ...stored, last_used_at: null });
      const values = [row.id, JSON.stringify(stored), token.domain_id, limit, token.hash];
      const isCreated = await this.#commits.commit('create_token', account, [event(row)], values);
      return isCreated ? { kind: 'written', row } : null;
    });
  }

  delete(...[account, id, event]: Parameters<TokenStore['delete']>): Promise<boolean> {
    return this.#commits.change(account, async () => {
      const [record] = await this.#database.read<TokenRecord>(sql('get_token', account, id));
      if (record === undefined) return false;
      const row = this.#toRow(record);
      const isAdmin = hasScope(row.scopes, 'admin');
      const admins = isAdmin ? await readAdmins(this.#database) : [];
      const values = [id, admins.map((admin) => admin.id)];
      const around = isAdmin ? { before: sql('lock_admins') } : {};
      return (
        (await this.#commits.commit('delete_token', account, [event(row, admins)], values, around)) || null
      );
    });
  }

  subscribe(...[account, id, change]: Parameters<TokenStore['subscribe']>): Promise<boolean> {
    return this.#commits.change<boolean>(account, async () => {
      const [record] = await this.#database.read<TokenRecord>(sql('get_token', account, id));
      if (record === undefined) return false;
      const { content } = record;
      const subscriptions = change(content.subscriptions ?? []);
      if (subscriptions === null) return true;
      const values = [id, JSON.stringify(content), JSON.stringify({ ...content, subscriptions })];
      return (await this.#commits.commit('subscribe', account, [], values)) || null;
    });
  }

  touch(id: number, at: Instant): void {
    this.#uses.set(id, at);
    this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), DATABASE_LIMITS.tokenUse);
  }

  /** Writes the times of use to the database. They are lost if that fails. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const uses = [...this.#uses].map(([id, at]) => ({ id, at })).sort((a, b) => a.id - b.id);
    this.#uses = new Map();
    if (uses.length > 0) await this.#database.read(sql('touch_tokens', ...columns(uses, 'id', 'at')));
  }

  #toRow({ content, last_used_at }: TokenRecord): TokenRow {
    return freeze({
      subscriptions: [],
      ...content,
      last_used_at: this.#uses.get(content.id) ?? last_used_at,
    });
  }
}

/** The admin tokens of accounts that are not suspended. */
export async function readAdmins(database: Database): Promise<readonly AdminToken[]> {
  const records = await database.read<Pick<TokenRecord, 'content'>>(sql('list_admins'));
  return records.map(({ content }) => content).filter(({ scopes }) => hasScope(scopes, 'admin'));
}
