import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../json/freeze.ts';
import type {
  Change,
  CheckTimes,
  DomainChange,
  DomainFilter,
  DomainRow,
  DomainStore,
  NewEvent,
  TokenRow,
} from '../store.ts';
import { COUNT_EVENTS, type Commits, commitStatement } from './commits.ts';
import type { Database } from './database.ts';
import { sqlState } from './errors.ts';
import { inOrderOf, SharedQuery } from './shared-query.ts';
import type { Tokens } from './tokens.ts';

const UNIQUE_VIOLATION = '23505';

/** What of a version is known already is not read again. */
const GET = {
  name: 'get_domains',
  text: `SELECT w.n, d.id, d.version, CASE WHEN d.version = w.known THEN NULL ELSE d.content END AS content, c.times::text
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS w (account_id, id, known, n)
    JOIN domains d ON d.account_id = w.account_id AND d.id = w.id
    JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id`,
};

const LIST = {
  name: 'list_domains',
  text: `SELECT d.id, d.version, d.content, c.times::text
    FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
    WHERE d.account_id = $1 AND d.id > $2 AND ($4::boolean IS NULL OR d.verified = $4)
      AND ($5::text IS NULL OR d.domain = $5)
    ORDER BY d.id LIMIT $3`,
};

/** No row: there is no such account. No id: the name is taken, or the account is full. */
const TAKE_ID = {
  name: 'take_domain_id',
  text: `SELECT d.id AS taken, CASE WHEN d.id IS NULL AND a.domain_count < $3 THEN nextval('domain_ids') END AS id
    FROM accounts a LEFT JOIN domains d ON d.account_id = a.id AND d.domain = $2 WHERE a.id = $1`,
};

const CREATE = commitStatement(
  'create_domain',
  `tip AS (UPDATE accounts SET domain_count = domain_count + 1, ${COUNT_EVENTS} WHERE id = $2 AND domain_count < $8
      RETURNING last_event, suspended),
    domain AS (INSERT INTO domains (account_id, id, content) SELECT $2, $4, $5 FROM tip),
    checks AS (INSERT INTO checks (account_id, domain_id, times, next_at, held) SELECT $2, $4, $6, $7, suspended FROM tip)`,
);

/** No times: they stay as they are. Both rows have to be as they were read. */
const UPDATE = commitStatement(
  'update_domain',
  `same AS (SELECT FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
      WHERE d.account_id = $2 AND d.id = $4 AND d.version = $5 AND c.times::text IS NOT DISTINCT FROM $6::text FOR UPDATE),
    domain AS (UPDATE domains SET version = version + 1, content = $7
      WHERE account_id = $2 AND id = $4 AND EXISTS (SELECT FROM same) RETURNING id),
    tip AS (UPDATE accounts SET ${COUNT_EVENTS} WHERE id = $2 AND EXISTS (SELECT FROM domain) RETURNING last_event),
    checked AS (UPDATE checks SET times = $8, next_at = $9, claimed_until = NULL, evidence = coalesce($10, evidence)
      WHERE account_id = $2 AND domain_id = $4 AND $8::json IS NOT NULL AND EXISTS (SELECT FROM tip))`,
);

const DELETE = commitStatement(
  'delete_domain',
  `gone AS (DELETE FROM domains WHERE account_id = $2 AND id = $4 AND version = $5 RETURNING id),
    links AS (DELETE FROM tokens WHERE account_id = $2 AND domain_id IN (SELECT id FROM gone) RETURNING id),
    tip AS (UPDATE accounts SET domain_count = domain_count - 1,
        token_count = token_count - (SELECT count(*) FROM links)::integer, ${COUNT_EVENTS}
      WHERE id = $2 AND EXISTS (SELECT FROM gone) RETURNING last_event)`,
);

/** As a query gives it. */
interface DomainRecord {
  readonly id: number;
  readonly version: number;
  /** Null: as it is known. */
  readonly content: Omit<DomainRow, 'checks'> | null;
  /** JSON. */
  readonly times: string | null;
}

/** A row, and what it was made from. */
export interface ReadDomain {
  readonly row: DomainRow;
  readonly version: number;
  readonly times: string | null;
}

/** What a check says beside the change that it makes. */
export interface CheckOutcome {
  readonly times: CheckTimes;
  readonly evidence: string;
}

/** The domains: a row each, and one of their checks. */
export class Domains implements DomainStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #tokens: Tokens;
  readonly #shared: SharedQuery<{ account: number; id: number }, ReadDomain>;
  /** Rows that were given out last, by id: each is the same object until one of its halves changes. */
  readonly #rows = new Map<number, ReadDomain>();

  constructor(database: Database, commits: Commits, tokens: Tokens) {
    this.#database = database;
    this.#commits = commits;
    this.#tokens = tokens;
    this.#shared = new SharedQuery(async (keys) => {
      const known = keys.map(({ account, id }) => {
        const read = this.#rows.get(id);
        return read?.row.account_id === account ? read : undefined;
      });
      const values = [
        keys.map(({ account }) => account),
        keys.map(({ id }) => id),
        known.map((read) => read?.version ?? -1),
      ];
      const rows = await database.read<DomainRecord & { n: number }>({ ...GET, values });
      return inOrderOf(rows).map((record, at) => record && this.#toRead(record, known[at]));
    });
  }

  async get(account: number, id: number): Promise<DomainRow | undefined> {
    return (await this.#commits.tasks.serve(() => this.read(account, id)))?.row;
  }

  /** The row with what a change of it has to be held against. */
  read(account: number, id: number): Promise<ReadDomain | undefined> {
    return this.#shared.get({ account, id });
  }

  async list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    const { after = 0, limit = null, verified = null, domain = null } = filter;
    const query = { ...LIST, values: [account, after, limit, verified, domain] };
    const records = await this.#commits.tasks.serve(() => this.#database.read<DomainRecord>(query));
    return records.map((record) => this.#toRead(record, this.#rows.get(record.id)).row);
  }

  create(options: {
    readonly account: number;
    readonly name: string;
    readonly limit: number;
    readonly build: (id: number) => DomainRow;
    readonly event: (row: DomainRow) => NewEvent;
  }): Promise<DomainChange> {
    const { account, name, limit, build, event } = options;
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const take = { ...TAKE_ID, values: [account, name, limit] };
        const [found] = await this.#database.read<{ taken: number | null; id: number | null }>(take);
        if (found === undefined) return { kind: 'gone' };
        const by = found.taken === null ? undefined : await this.read(account, found.taken);
        if (by !== undefined) return { kind: 'taken', by: by.row };
        if (found.taken === null && found.id === null) return { kind: 'full', limit };
        if (found.id === null) continue;
        const row = freeze(build(found.id));
        const events = [event(row)];
        const { checks, ...content } = row;
        const values = [row.id, JSON.stringify(content), toJson(checks), nextAt(checks), limit];
        if (await this.#isCommitted(this.#commits.commit(CREATE, account, events, values)))
          return { kind: 'written', row, events };
      }
    });
  }

  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange> {
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const read = await this.read(account, id);
        if (read === undefined) return { kind: 'gone' };
        const changed = change(read.row);
        if (changed === null) return { kind: 'unchanged', row: read.row };
        const { row, events } = changed;
        if (await this.write(read, row, events, null)) return { kind: 'written', row: freeze(row), events };
        const by = await this.#holder(account, row.domain);
        if (by !== undefined && by.id !== id) return { kind: 'taken', by };
      }
    });
  }

  delete(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean> {
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const read = await this.read(account, id);
        if (read === undefined) return false;
        const told = events(read.row, await this.#tokens.list(account, { domain: id }));
        if (!(await this.#commits.commit(DELETE, account, told, [id, read.version]))) continue;
        this.#rows.delete(id);
        return true;
      }
    });
  }

  /** Replaces a row where it is as it was read. False: it is not, or another domain has its name. */
  write(
    { row: before, version, times }: ReadDomain,
    { checks, ...content }: DomainRow,
    events: readonly NewEvent[],
    outcome: CheckOutcome | null,
  ): Promise<boolean> {
    const next = outcome?.times ?? (checks === before.checks ? null : checks);
    const values = [before.id, version, times, JSON.stringify(content), toJson(next), nextAt(next)];
    return this.#isCommitted(
      this.#commits.commit(UPDATE, before.account_id, events, [...values, outcome?.evidence ?? null]),
    );
  }

  async #isCommitted(commit: Promise<boolean>): Promise<boolean> {
    try {
      return await commit;
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  async #holder(account: number, domain: string): Promise<DomainRow | undefined> {
    return (await this.list(account, { domain }))[0];
  }

  /** `known` is what was kept when the query began. */
  #toRead({ id, version, content, times }: DomainRecord, known: ReadDomain | undefined): ReadDomain {
    if (known?.version === version && known.times === times) return known;
    const fields = content ?? known?.row;
    if (fields === undefined) throw new Error(`Domain ${id} was not read.`);
    const checks: CheckTimes | null = times === null ? null : JSON.parse(times);
    const read = { version, times, row: freeze({ ...fields, checks }) };
    this.#rows.set(id, read);
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > DATABASE_LIMITS.rows) this.#rows.delete(oldest);
    return read;
  }
}

function toJson(times: CheckTimes | null): string | null {
  return times === null ? null : JSON.stringify(times);
}

/** When a domain is next checked: at once where nothing is known of it; null: not without being asked. */
export function nextAt(times: CheckTimes | null): Instant | null {
  if (times === null) return '-infinity';
  const dues = Object.values<Instant | null>({ ...times.due }).filter((due) => due !== null);
  return dues.reduce<Instant | null>((first, due) => (first === null || due < first ? due : first), null);
}
