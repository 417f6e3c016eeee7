import { freeze } from '../json/freeze.ts';
import type { AccountRow, AccountStore, Change, NewAccount, NewEvent, NewToken, TokenRow } from '../store.ts';
import { COUNT_EVENTS, type Commits, commitStatement } from './commits.ts';
import type { Database, Query } from './database.ts';
import { SharedQuery } from './shared-query.ts';

const LIST = { name: 'list_accounts', text: 'SELECT content FROM accounts ORDER BY id' };

const GET = {
  name: 'get_accounts',
  text: 'SELECT id, version, content FROM accounts WHERE id = ANY ($1::bigint[])',
};

const TAKE_IDS = {
  name: 'take_account_ids',
  text: `SELECT nextval('account_ids') AS account, nextval('token_ids') AS token`,
};

const CREATE = commitStatement(
  'create_account',
  `tip AS (INSERT INTO accounts (id, content, last_event) VALUES ($2, $4, json_array_length($3::json)) RETURNING last_event)`,
);

/** The number is any that no other product uses for its locks. */
const LOCK_FIRST: Query = {
  name: 'lock_first_account',
  text: 'SELECT pg_advisory_xact_lock(5318008051)',
  values: [],
};

const CREATE_FIRST = commitStatement(
  'create_first_account',
  `tip AS (INSERT INTO accounts (id, content, last_event, token_count)
      SELECT $2, $4, json_array_length($3::json), 1 WHERE NOT EXISTS (SELECT FROM accounts) RETURNING last_event),
    token AS (INSERT INTO tokens (id, account_id, content) SELECT $5, $2, $6 FROM tip)`,
);

const UPDATE = commitStatement(
  'update_account',
  `tip AS (UPDATE accounts SET version = version + 1, content = $5, ${COUNT_EVENTS} WHERE id = $2 AND version = $4
    RETURNING last_event)`,
);

/** After the account's own row is locked, so that it sees every check that was made before. */
const HOLD_CHECKS = {
  name: 'hold_checks',
  text: 'UPDATE checks SET held = $2 WHERE account_id = $1 AND held <> $2',
};

/** `$2` is the account that is told of it, of which there may be none. */
const DELETE = commitStatement(
  'delete_account',
  `gone AS (DELETE FROM accounts WHERE id = $4 AND version = $5 RETURNING id),
    teller AS (UPDATE accounts SET ${COUNT_EVENTS} WHERE id = $2 AND id <> $4 AND EXISTS (SELECT FROM gone)
      RETURNING last_event),
    tip AS (SELECT last_event FROM teller
      UNION ALL SELECT 0 FROM gone WHERE NOT EXISTS (SELECT FROM teller))`,
);

interface AccountRecord {
  readonly id: number;
  readonly version: number;
  readonly content: AccountRow;
}

/** The accounts: a row each. */
export class Accounts implements AccountStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #records: SharedQuery<number, AccountRecord>;

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#records = new SharedQuery(async (ids) => {
      const rows = await database.read<AccountRecord>({ ...GET, values: [ids] });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    });
  }

  list(): Promise<readonly AccountRow[]> {
    return this.#commits.tasks.serve(async () => {
      const rows = await this.#database.read<AccountRecord>({ ...LIST, values: [] });
      return rows.map(({ content }) => freeze(content));
    });
  }

  async get(id: number): Promise<AccountRow | undefined> {
    const record = await this.#commits.tasks.serve(() => this.#records.get(id));
    return record && freeze(record.content);
  }

  create(account: NewAccount, event: NewEvent): Promise<AccountRow> {
    return this.#commits.tasks.serve(async () => {
      const ids = await this.#takeIds();
      const row: AccountRow = freeze({ id: ids.account, ...account });
      await this.#commits.commit(CREATE, row.id, [event], [JSON.stringify(row)]);
      return row;
    });
  }

  createFirst(
    account: NewAccount,
    token: NewToken,
    events: (account: AccountRow, token: TokenRow) => readonly NewEvent[],
  ): Promise<AccountRow | null> {
    return this.#commits.tasks.serve(async () => {
      if ((await this.list()).length > 0) return null;
      const ids = await this.#takeIds();
      const row: AccountRow = freeze({ id: ids.account, ...account });
      const stored = { ...token, id: ids.token, account_id: row.id };
      const told = events(row, { ...stored, last_used_at: null });
      const values = [JSON.stringify(row), stored.id, JSON.stringify(stored)];
      const isFirst = await this.#commits.commit(CREATE_FIRST, row.id, told, values, { before: LOCK_FIRST });
      return isFirst ? row : null;
    });
  }

  update(id: number, change: Change<AccountRow>): Promise<AccountRow | undefined> {
    return this.#commits.inTurn(id, async () => {
      for (;;) {
        const record = await this.#records.get(id);
        if (record === undefined) return undefined;
        const before = freeze(record.content);
        const changed = change(before);
        if (changed === null) return before;
        const { row, events } = changed;
        const hold = { ...HOLD_CHECKS, values: [id, row.suspended] };
        const around = row.suspended === before.suspended ? {} : { after: hold };
        const values = [record.version, JSON.stringify(row)];
        if (await this.#commits.commit(UPDATE, id, events, values, around)) return freeze(row);
      }
    });
  }

  delete(
    id: number,
    tell: (row: AccountRow) => { account: number; event: NewEvent } | null,
  ): Promise<boolean> {
    return this.#commits.inTurn(id, async () => {
      for (;;) {
        const record = await this.#records.get(id);
        if (record === undefined) return false;
        const told = tell(freeze(record.content));
        const events = told === null ? [] : [told.event];
        const values = [id, record.version];
        if (await this.#commits.commit(DELETE, told?.account ?? 0, events, values)) return true;
      }
    });
  }

  async #takeIds(): Promise<{ account: number; token: number }> {
    const [ids] = await this.#database.read<{ account: number; token: number }>({ ...TAKE_IDS, values: [] });
    if (ids === undefined) throw new Error('PostgreSQL gives no ids.');
    return ids;
  }
}
