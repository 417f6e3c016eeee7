import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { CheckTimes, DomainRow } from '../interface/domain-row.ts';
import type {
  DomainChange,
  DomainCreation,
  DomainFilter,
  DomainObstacle,
  DomainStore,
} from '../interface/domains.ts';
import type { NewEvent } from '../interface/events.ts';
import { type Commits, repeat } from './commits.ts';
import type { Database } from './database.ts';
import { sqlState } from './errors.ts';
import {
  type DomainContent,
  domainColumns,
  type PrivateKeys,
  type TokenRecord,
  toDomain,
  toToken,
} from './rows.ts';
import { sql } from './sql.ts';

const UNIQUE_VIOLATION = '23505';

interface DomainRecord {
  readonly account: number;
  readonly id: number;
  readonly version: number;
  /** Null: the version is known. */
  readonly content: DomainContent | null;
  readonly private_keys: PrivateKeys;
  /** JSON. */
  readonly times: string | null;
}

/** A row and the state of the database that it was read from. */
export interface ReadDomain {
  readonly row: DomainRow;
  readonly version: number;
  readonly times: string | null;
}

/** A name that is looked at. `takes_id`: it gets an id if nothing is in its way. */
type Wish = Pick<DomainCreation, 'account' | 'name'> & {
  readonly limit: number | null;
  readonly takes_id: boolean;
};

interface FoundWish {
  /** The domain that has the name. */
  readonly taken: number | null;
  readonly full: boolean;
  readonly id: number | null;
}

export interface Domains extends DomainStore {
  read(account: number, id: number): Promise<ReadDomain | undefined>;
  /**
   * Replaces a row unless it has changed since it was read. False: it has, or another domain has its name. `evidence` is
   * the JSON of a check that ends so, whose times `row` has; null: there is none.
   */
  write(
    before: ReadDomain,
    row: DomainRow,
    events: readonly NewEvent[],
    evidence: string | null,
  ): Promise<boolean>;
}

/** `keysAsBytes`: see `domainColumns`. */
export function domainsIn(database: Database, commits: Commits, keysAsBytes: boolean): Domains {
  const records = database.share<DomainRecord>('get_domains');
  const wishes = database.share<FoundWish>('find_wishes');
  const creations = commits.share('create_domains');
  const rows = new KnownRows();

  const read = async (account: number, id: number) => {
    const known = rows.get(account, id);
    const record = await records.get({ account, id, version: known?.version ?? -1 });
    return record && rows.toRead(record, known);
  };

  const list = async (account: number, filter: DomainFilter) => {
    const { after = 0, limit = null, verified = null, domains = null } = filter;
    const query = sql('list_domains', { account, after, limit, verified, domains });
    return (await database.read<DomainRecord>(query)).map((record) => rows.toRead(record).row);
  };

  /** Null: what was in the way has just gone. Without `takes_id`, the id is 0. */
  const look = async (wish: Wish): Promise<DomainObstacle | { kind: 'free'; id: number } | null> => {
    const found = await wishes.get(wish);
    if (found === undefined) return { kind: 'gone' };
    if (found.taken !== null) {
      const by = await read(wish.account, found.taken);
      return by === undefined ? null : { kind: 'taken', by: by.row };
    }
    return found.full ? { kind: 'full', limit: wish.limit ?? 0 } : { kind: 'free', id: found.id ?? 0 };
  };

  const write: Domains['write'] = ({ row: before, version, times }, row, events, evidence) => {
    const next = row.checks === before.checks ? null : row.checks;
    const values = { id: before.id, version, before: times, ...domainColumns(row, keysAsBytes), evidence };
    const all = { ...values, ...timesValues(next) };
    return unlessTaken(commits.commit('update_domain', before.account_id, events, all));
  };

  return {
    read,
    write,
    get: async (account, id) => (await commits.serve(() => read(account, id)))?.row,
    list: (account, filter) => commits.serve(() => list(account, filter)),

    async named(names) {
      const found = await commits.read<DomainRecord>(sql('named_domains', { names }));
      return found.map((record) => rows.toRead(record).row);
    },

    async findObstacle(account, name, limit) {
      const found = await commits.serve(() => look({ account, name, limit, takes_id: false }));
      return found?.kind === 'free' ? null : found;
    },

    async create({ account, name, limit, prepare, events: eventsOf }) {
      let build: ((id: number) => DomainRow) | undefined;
      const tryToCreate = async (): Promise<DomainChange | null> => {
        const found = await look({ account, name, limit, takes_id: true });
        if (found?.kind !== 'free') return found;
        build ??= await prepare();
        const row = freeze(build(found.id));
        const events = eventsOf(row);
        const values = {
          id: row.id,
          name,
          limit,
          ...domainColumns(row, keysAsBytes),
          ...timesValues(row.checks),
        };
        const isCreated = await commits.inTurn(account, () =>
          unlessTaken(creations(account, events, values)),
        );
        return isCreated ? { kind: 'written', row, events } : null;
      };
      return commits.serve(() => repeat(tryToCreate));
    },

    update: (account, id, change) =>
      commits.change<DomainChange>(account, async () => {
        const before = await read(account, id);
        if (before === undefined) return { kind: 'gone' };
        const changed = change(before.row);
        if (changed === null) return { kind: 'unchanged', row: before.row };
        const { row, events } = changed;
        if (await write(before, row, events, null)) return { kind: 'written', row: freeze(row), events };
        const [by] = await list(account, { domains: [row.domain] });
        return by === undefined || by.id === id ? null : { kind: 'taken', by };
      }),

    delete: (account, id, events) =>
      commits.change(account, async () => {
        const before = await read(account, id);
        if (before === undefined) return false;
        const links = await database.read<TokenRecord>(sql('list_tokens', { account, domain: id }));
        const told = events(before.row, links.map(toToken));
        return commits.commit('delete_domain', account, told, { id, version: before.version });
      }),
  };
}

/** False also if another domain has the name. */
async function unlessTaken(commit: Promise<true | null>): Promise<boolean> {
  try {
    return (await commit) !== null;
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** Rows by id, so that an unchanged row stays the same object. They are never returned without asking the database. */
class KnownRows {
  readonly #rows = new Map<number, ReadDomain>();

  get(account: number, id: number): ReadDomain | undefined {
    const read = this.#rows.get(id);
    return read?.row.account_id === account ? read : undefined;
  }

  /** `known`: the row whose version the query was told. */
  toRead(record: DomainRecord, known = this.get(record.account, record.id)): ReadDomain {
    const { id, version, times } = record;
    if (known?.version === version && known.times === times) return known;
    const content = record.content ?? known?.row;
    if (content === undefined) throw new Error(`Domain ${id} was returned without its content.`);
    const read = { version, times, row: toDomain(content, record.private_keys, times) };
    this.#rows.set(id, read);
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > DATABASE_LIMITS.rows) this.#rows.delete(oldest);
    return read;
  }
}

/** Times of checks as statements take them: a domain is due at once if it has none, and never if `next` is null. */
export function timesValues(times: CheckTimes | null): { times: string | null; next: Instant | null } {
  if (times === null) return { times: null, next: '-infinity' };
  const [next = null] = Object.values<Instant | null>({ ...times.due })
    .filter((due) => due !== null)
    .sort();
  return { times: JSON.stringify(times), next };
}
