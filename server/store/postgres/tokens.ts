import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../json/freeze.ts';
import type { AccountRow, NewEvent, NewToken, TokenCreation, TokenRow, TokenStore } from '../store.ts';
import { COUNT_EVENTS, type Commits, commitStatement } from './commits.ts';
import type { Database } from './database.ts';
import { SharedQuery } from './shared-query.ts';

const FIND = {
  name: 'find_tokens',
  text: `SELECT t.hash, t.content, t.last_used_at, a.content AS account
    FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = ANY ($1::text[])`,
};

const GET = {
  name: 'get_token',
  text: 'SELECT content, last_used_at FROM tokens WHERE id = $2 AND account_id = $1',
};

const LIST = {
  name: 'list_tokens',
  text: `SELECT content, last_used_at FROM tokens
    WHERE account_id = $1 AND domain_id IS NOT DISTINCT FROM $2::bigint ORDER BY id`,
};

/** No row: there is no such account, or no such domain where one is named. No id: the account is full. */
const TAKE_ID = {
  name: 'take_token_id',
  text: `SELECT CASE WHEN token_count < $2 THEN nextval('token_ids') END AS id FROM accounts a
    WHERE id = $1 AND ($3::bigint IS NULL OR EXISTS (SELECT FROM domains WHERE account_id = $1 AND id = $3))`,
};

/** A share link raises its domain's version: whoever deletes the domain meanwhile has to tell of the link as well. */
const CREATE = commitStatement(
  'create_token',
  `shared AS (UPDATE domains SET version = version + 1 WHERE account_id = $2 AND id = $6::bigint RETURNING id),
    tip AS (UPDATE accounts SET token_count = token_count + 1, ${COUNT_EVENTS}
      WHERE id = $2 AND token_count < $7 AND ($6::bigint IS NULL OR EXISTS (SELECT FROM shared)) RETURNING last_event),
    token AS (INSERT INTO tokens (id, account_id, content) SELECT $4, $2, $5 FROM tip)`,
);

const DELETE = commitStatement(
  'delete_token',
  `gone AS (DELETE FROM tokens WHERE id = $4 AND account_id = $2 RETURNING domain_id),
    shared AS (UPDATE domains d SET version = version + 1 FROM gone WHERE d.account_id = $2 AND d.id = gone.domain_id),
    tip AS (UPDATE accounts SET token_count = token_count - 1, ${COUNT_EVENTS}
      WHERE id = $2 AND EXISTS (SELECT FROM gone) RETURNING last_event)`,
);

const NOTE_USE = {
  name: 'note_token_use',
  text: `UPDATE tokens t SET last_used_at = w.at FROM unnest($1::bigint[], $2::timestamptz[]) AS w (id, at)
    WHERE t.id = w.id AND (t.last_used_at IS NULL OR t.last_used_at < w.at)`,
};

interface TokenRecord {
  readonly content: Omit<TokenRow, 'last_used_at'>;
  readonly last_used_at: Instant | null;
}

interface FoundToken extends TokenRecord {
  readonly hash: string;
  readonly account: AccountRow;
}

/** The tokens and share links: a row each. */
export class Tokens implements TokenStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #byHash: SharedQuery<string, FoundToken>;
  /** Uses that the database has not been told of yet, by token. */
  #uses = new Map<number, Instant>();
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#byHash = new SharedQuery(async (hashes) => {
      const rows = await database.read<FoundToken>({ ...FIND, values: [hashes] });
      const byHash = new Map(rows.map((row) => [row.hash, row]));
      return hashes.map((hash) => byHash.get(hash));
    });
  }

  async findByHash(hash: string): Promise<{ token: TokenRow; account: AccountRow } | undefined> {
    const found = await this.#commits.tasks.serve(() => this.#byHash.get(hash));
    return found && { token: this.#toRow(found), account: freeze(found.account) };
  }

  async get(account: number, id: number): Promise<TokenRow | undefined> {
    const query = { ...GET, values: [account, id] };
    const [record] = await this.#commits.tasks.serve(() => this.#database.read<TokenRecord>(query));
    return record && this.#toRow(record);
  }

  async list(account: number, { domain }: { domain: number | null }): Promise<readonly TokenRow[]> {
    const query = { ...LIST, values: [account, domain] };
    const records = await this.#commits.tasks.serve(() => this.#database.read<TokenRecord>(query));
    return records.map((record) => this.#toRow(record));
  }

  create(options: {
    readonly account: number;
    readonly limit: number;
    readonly token: NewToken;
    readonly event: (row: TokenRow) => NewEvent;
  }): Promise<TokenCreation> {
    const { account, limit, token, event } = options;
    const { domain_id } = token;
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const take = { ...TAKE_ID, values: [account, limit, domain_id] };
        const [taken] = await this.#database.read<{ id: number | null }>(take);
        if (taken === undefined) return { kind: 'gone' };
        if (taken.id === null) return { kind: 'full', limit };
        const stored = { ...token, id: taken.id, account_id: account };
        const row: TokenRow = freeze({ ...stored, last_used_at: null });
        const values = [row.id, JSON.stringify(stored), domain_id, limit];
        if (await this.#commits.commit(CREATE, account, [event(row)], values))
          return { kind: 'written', row };
      }
    });
  }

  delete(account: number, id: number, event: (row: TokenRow) => NewEvent): Promise<boolean> {
    return this.#commits.inTurn(account, async () => {
      const row = await this.get(account, id);
      return row !== undefined && this.#commits.commit(DELETE, account, [event(row)], [id]);
    });
  }

  touch(id: number, at: Instant): void {
    this.#uses.set(id, at);
    this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), DATABASE_LIMITS.tokenUse);
  }

  /** Tells the database of all uses until now. Rejects where it does not answer: they are lost then. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const uses = [...this.#uses].sort(([a], [b]) => a - b);
    this.#uses = new Map();
    if (uses.length === 0) return;
    const values = [uses.map(([id]) => id), uses.map(([, at]) => at)];
    await this.#database.read({ ...NOTE_USE, values });
  }

  #toRow({ content, last_used_at }: TokenRecord): TokenRow {
    return freeze({ ...content, last_used_at: this.#uses.get(content.id) ?? last_used_at });
  }
}
