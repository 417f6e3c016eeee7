import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import { inOrder, SharedQuery } from '../shared-query.ts';
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
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sqlState } from './errors.ts';
import { sql } from './sql.ts';

const UNIQUE_VIOLATION = '23505';

interface DomainRecord {
  readonly id: number;
  readonly version: number;
  /** Null: the version is known. */
  readonly content: Omit<DomainRow, 'checks'> | null;
  /** JSON. */
  readonly times: string | null;
}

/** A row and the state of the database that it was read from. */
export interface ReadDomain {
  readonly row: DomainRow;
  readonly version: number;
  readonly times: string | null;
}

/** What a check writes beside the row. */
export interface CheckOutcome {
  readonly times: CheckTimes;
  /** JSON. */
  readonly evidence: string;
}

export class Domains implements DomainStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #shared: SharedQuery<{ account: number; id: number }, ReadDomain>;
  /** Rows by id, so that an unchanged row stays the same object. They are never returned without asking the database. */
  readonly #rows = new Map<number, ReadDomain>();

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#shared = new SharedQuery((keys) => this.#readAll(keys));
  }

  async get(account: number, id: number): Promise<DomainRow | undefined> {
    return (await this.#commits.serve(() => this.read(account, id)))?.row;
  }

  read(account: number, id: number): Promise<ReadDomain | undefined> {
    return this.#shared.get({ account, id });
  }

  list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    return this.#commits.serve(() => this.#list(account, filter));
  }

  async named(names: readonly string[]): Promise<readonly DomainRow[]> {
    const records = await this.#commits.read<DomainRecord & { account: number }>(sql('named_domains', names));
    return records.map((record) => this.#toRead(record, this.#known(record.account, record.id)).row);
  }

  async count(account: number): Promise<number> {
    const [counted] = await this.#commits.read<{ count: number }>(sql('count_domains', account));
    return counted?.count ?? 0;
  }

  create(options: Parameters<DomainStore['create']>[0]): Promise<DomainChange> {
    const { account, name, limit, build, events: eventsOf } = options;
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const query = sql('next_domain_id', account, name, limit);
        const [next] = await this.#database.read<{ taken: number | null; id: number | null }>(query);
        if (next === undefined) return { kind: 'gone' };
        const by = next.taken === null ? undefined : await this.read(account, next.taken);
        if (by !== undefined) return { kind: 'taken', by: by.row };
        if (next.taken === null && next.id === null) return { kind: 'full', limit };
        if (next.id === null) continue;
        const row = freeze(build(next.id));
        const { checks, ...content } = row;
        const events = eventsOf(row);
        const values = [row.id, JSON.stringify(content), toJson(checks), nextCheck(checks), limit];
        if (await this.#commit('create_domain', account, events, values))
          return { kind: 'written', row, events };
      }
    });
  }

  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange> {
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const before = await this.read(account, id);
        if (before === undefined) return { kind: 'gone' };
        const changed = change(before.row);
        if (changed === null) return { kind: 'unchanged', row: before.row };
        const { row, events } = changed;
        if (await this.write(before, row, events)) return { kind: 'written', row: freeze(row), events };
        const [by] = await this.#list(account, { domains: [row.domain] });
        if (by !== undefined && by.id !== id) return { kind: 'taken', by };
      }
    });
  }

  delete(...[account, id, events]: Parameters<DomainStore['delete']>): Promise<boolean> {
    return this.#commits.inTurn(account, async () => {
      for (;;) {
        const before = await this.read(account, id);
        if (before === undefined) return false;
        const links = await this.#database.read<{ content: TokenRow; last_used_at: Instant | null }>(
          sql('list_tokens', account, id),
        );
        const shares = links.map(({ content, last_used_at }) => freeze({ ...content, last_used_at }));
        const told = events(before.row, shares);
        if (await this.#commit('delete_domain', account, told, [id, before.version])) return true;
      }
    });
  }

  /** Replaces a row unless it has changed since it was read. False: it has, or another domain has its name. */
  write(
    { row: before, version, times }: ReadDomain,
    { checks, ...content }: DomainRow,
    events: readonly NewEvent[],
    outcome: CheckOutcome | null = null,
  ): Promise<boolean> {
    const next = outcome?.times ?? (checks === before.checks ? null : checks);
    const values = [before.id, version, times, JSON.stringify(content), toJson(next), nextCheck(next)];
    return this.#commit('update_domain', before.account_id, events, [...values, outcome?.evidence ?? null]);
  }

  async #commit(
    name: string,
    account: number,
    events: readonly NewEvent[],
    values: readonly unknown[],
  ): Promise<boolean> {
    try {
      return await this.#commits.commit({ name, account, events, values });
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  async #list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    const { after = 0, limit = null, verified = null, domains = null } = filter;
    const query = sql('list_domains', account, after, limit, verified, domains);
    const records = await this.#database.read<DomainRecord>(query);
    return records.map((record) => this.#toRead(record, this.#known(account, record.id)).row);
  }

  async #readAll(keys: readonly { account: number; id: number }[]): Promise<(ReadDomain | undefined)[]> {
    const known = keys.map(({ account, id }) => this.#known(account, id));
    const query = sql(
      'get_domains',
      keys.map(({ account }) => account),
      keys.map(({ id }) => id),
      known.map((read) => read?.version ?? -1),
    );
    const records = await this.#database.read<DomainRecord & { n: number }>(query);
    return inOrder(records).map((record, at) => record && this.#toRead(record, known[at]));
  }

  #known(account: number, id: number): ReadDomain | undefined {
    const read = this.#rows.get(id);
    return read?.row.account_id === account ? read : undefined;
  }

  /** `known` as it was when the query began. */
  #toRead({ id, version, content, times }: DomainRecord, known: ReadDomain | undefined): ReadDomain {
    if (known?.version === version && known.times === times) return known;
    const fields = content ?? known?.row;
    if (fields === undefined) throw new Error(`Domain ${id} was returned without its content.`);
    // Times that were written before there were codes have none.
    const checks: CheckTimes | null = times === null ? null : { codes: {}, ...JSON.parse(times) };
    const read = { version, times, row: freeze({ ...fields, checks }) };
    this.#rows.set(id, read);
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > DATABASE_LIMITS.rows) this.#rows.delete(oldest);
    return read;
  }
}

export function toJson(times: CheckTimes | null): string | null {
  return times === null ? null : JSON.stringify(times);
}

/** When a domain is due: at once if it has no times; null if only on request. */
export function nextCheck(times: CheckTimes | null): Instant | null {
  if (times === null) return '-infinity';
  const [first = null] = Object.values<Instant | null>({ ...times.due })
    .filter((due) => due !== null)
    .sort();
  return first;
}
