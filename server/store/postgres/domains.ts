import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { CheckTimes, DomainRow } from '../interface/domain-row.ts';
import type { DomainChange, DomainFilter, DomainObstacle, DomainStore } from '../interface/domains.ts';
import type { Change, NewEvent } from '../interface/events.ts';
import type { TokenRow } from '../interface/token-row.ts';
import type { SharedQuery } from '../shared-query.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sqlState } from './errors.ts';
import { columns, sql } from './sql.ts';

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

/** A name that is looked at. */
interface Wish {
  readonly account: number;
  readonly name: string;
  readonly limit: number | null;
  /** Whether it gets an id if nothing is in its way. */
  readonly takesId: boolean;
}

interface FoundWish {
  /** The domain that has the name. */
  readonly taken: number | null;
  readonly full: boolean;
  readonly id: number | null;
}

export class Domains implements DomainStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #records: SharedQuery<{ account: number; id: number; version: number }, DomainRecord>;
  readonly #wishes: SharedQuery<Wish, FoundWish>;
  /** Rows by id, so that an unchanged row stays the same object. They are never returned without asking the database. */
  readonly #rows = new Map<number, ReadDomain>();

  constructor(database: Database, commits: Commits) {
    this.#database = database;
    this.#commits = commits;
    this.#records = database.share('get_domains', (keys) => columns(keys, 'account', 'id', 'version'));
    this.#wishes = database.share('find_wishes', (wishes) =>
      columns(wishes, 'account', 'name', 'limit', 'takesId'),
    );
  }

  async get(account: number, id: number): Promise<DomainRow | undefined> {
    return (await this.#commits.serve(() => this.read(account, id)))?.row;
  }

  async read(account: number, id: number): Promise<ReadDomain | undefined> {
    const known = this.#known(account, id);
    const record = await this.#records.get({ account, id, version: known?.version ?? -1 });
    return record && this.#toRead(record, known);
  }

  list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    return this.#commits.serve(() => this.#list(account, filter));
  }

  async named(names: readonly string[]): Promise<readonly DomainRow[]> {
    const records = await this.#commits.read<DomainRecord & { account: number }>(sql('named_domains', names));
    return records.map((record) => this.#toRead(record, this.#known(record.account, record.id)).row);
  }

  async findObstacle(account: number, name: string, limit: number | null): Promise<DomainObstacle | null> {
    const found = await this.#commits.serve(() => this.#look({ account, name, limit, takesId: false }));
    return found?.kind === 'free' ? null : found;
  }

  create({
    account,
    name,
    limit,
    build,
    events: eventsOf,
  }: Parameters<DomainStore['create']>[0]): Promise<DomainChange> {
    return this.#commits.change<DomainChange>(account, async () => {
      const found = await this.#look({ account, name, limit, takesId: true });
      if (found?.kind !== 'free') return found;
      const row = freeze(build(found.id));
      const { checks, ...content } = row;
      const events = eventsOf(row);
      const values = [row.id, JSON.stringify(content), toJson(checks), nextCheck(checks), limit];
      const isCreated = await this.#commit('create_domain', account, events, values);
      return isCreated ? { kind: 'written', row, events } : null;
    });
  }

  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange> {
    return this.#commits.change<DomainChange>(account, async () => {
      const before = await this.read(account, id);
      if (before === undefined) return { kind: 'gone' };
      const changed = change(before.row);
      if (changed === null) return { kind: 'unchanged', row: before.row };
      const { row, events } = changed;
      if (await this.write(before, row, events)) return { kind: 'written', row: freeze(row), events };
      const [by] = await this.#list(account, { domains: [row.domain] });
      return by === undefined || by.id === id ? null : { kind: 'taken', by };
    });
  }

  delete(...[account, id, events]: Parameters<DomainStore['delete']>): Promise<boolean> {
    return this.#commits.change(account, async () => {
      const before = await this.read(account, id);
      if (before === undefined) return false;
      const query = sql('list_tokens', account, id);
      const links = await this.#database.read<{ content: TokenRow; last_used_at: Instant | null }>(query);
      const shares = links.map(({ content, last_used_at }) => freeze({ ...content, last_used_at }));
      const told = events(before.row, shares);
      return (await this.#commit('delete_domain', account, told, [id, before.version])) || null;
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

  /** Null: what was in the way has just gone. Without `takesId`, the id is 0. */
  async #look(wish: Wish): Promise<DomainObstacle | { kind: 'free'; id: number } | null> {
    const found = await this.#wishes.get(wish);
    if (found === undefined) return { kind: 'gone' };
    if (found.taken !== null) {
      const by = await this.read(wish.account, found.taken);
      return by === undefined ? null : { kind: 'taken', by: by.row };
    }
    return found.full ? { kind: 'full', limit: wish.limit ?? 0 } : { kind: 'free', id: found.id ?? 0 };
  }

  /** As `Commits.commit`. False also if another domain has the name. */
  async #commit(...commit: Parameters<Commits['commit']>): Promise<boolean> {
    try {
      return await this.#commits.commit(...commit);
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

  #known(account: number, id: number): ReadDomain | undefined {
    const read = this.#rows.get(id);
    return read?.row.account_id === account ? read : undefined;
  }

  /** `known`: the row whose version the query was told. */
  #toRead({ id, version, content, times }: DomainRecord, known: ReadDomain | undefined): ReadDomain {
    if (known?.version === version && known.times === times) return known;
    const fields = content ?? known?.row;
    if (fields === undefined) throw new Error(`Domain ${id} was returned without its content.`);
    // Times that were written before there were codes have none.
    const checks: CheckTimes | null = times === null ? null : { codes: {}, ...JSON.parse(times) };
    const read = { version, times, row: freeze({ ...upgraded(fields), checks }) };
    this.#rows.set(id, read);
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > DATABASE_LIMITS.rows) this.#rows.delete(oldest);
    return read;
  }
}

/** Rows that an earlier version has written have one key, published as a TXT record, and don't say so. */
function upgraded(fields: Omit<DomainRow, 'checks'>): Omit<DomainRow, 'checks'> {
  return {
    ...fields,
    last_key_id: fields.last_key_id ?? Math.max(...fields.keys.map(({ id }) => id)),
    delegation: fields.delegation ?? null,
    keys: fields.keys.map((key) => ({
      ...key,
      usable_at: key.usable_at === undefined ? key.created_at : key.usable_at,
    })),
  };
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
