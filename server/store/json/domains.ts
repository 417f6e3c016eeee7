import { FILE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { CheckTimes, DomainRef, DomainRow } from '../interface/domain-row.ts';
import type {
  DomainChange,
  DomainCreation,
  DomainFilter,
  DomainObstacle,
  DomainStore,
} from '../interface/domains.ts';
import type { Change, NewEvent } from '../interface/events.ts';
import type { TokenRow } from '../interface/token-row.ts';
import type { StoreLog } from '../store-log.ts';
import type { PendingTasks } from '../tasks.ts';
import { indexOf } from './account.ts';
import type { AccountFiles } from './account-files.ts';
import type { Evidence } from './evidence.ts';
import { type StoredDomain, StoredDomainSchema } from './formats/rows.ts';
import type { DomainIds } from './next-ids.ts';
import type { Schedule } from './schedule.ts';
import type { Tokens, TokenUse } from './tokens.ts';

interface DomainsDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly tokens: Tokens;
  readonly ids: DomainIds;
  readonly schedule: Schedule;
  readonly tokenUse: TokenUse;
  readonly evidence: Evidence;
  readonly log: StoreLog;
}

/** A row, and what it was made from. */
interface KnownRow {
  readonly stored: StoredDomain;
  readonly version: unknown;
  readonly row: DomainRow;
}

/**
 * The domains of all accounts: each is a line of its account's file and one of the schedule. Everything throws
 * LetterheadError `unavailable` for an account whose file is damaged.
 */
export class Domains implements DomainStore {
  readonly #deps: DomainsDeps;
  /** Rows that were given out last, by id: each is the same object until one of its halves changes. */
  readonly #rows = new Map<number, KnownRow>();

  constructor(deps: DomainsDeps) {
    this.#deps = deps;
  }

  async get(account: number, id: number): Promise<DomainRow | undefined> {
    this.#deps.tasks.assertOpen();
    const stored = this.#deps.files.find(account)?.domain(id);
    return stored && this.#toRow(stored);
  }

  async findObstacle(account: number, name: string, limit: number | null): Promise<DomainObstacle | null> {
    this.#deps.tasks.assertOpen();
    const holder = this.#deps.files.find(account);
    return holder === undefined ? { kind: 'gone' } : this.#obstacleIn(holder.domains, name, limit);
  }

  async list(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    this.#deps.tasks.assertOpen();
    const holder = this.#deps.files.find(account);
    const domains = (filter.domains === undefined ? holder?.domains : holder?.named(filter.domains)) ?? [];
    const rows: DomainRow[] = [];
    const limit = filter.limit ?? Number.POSITIVE_INFINITY;
    for (
      let at = indexOf(domains, (filter.after ?? 0) + 1);
      at < domains.length && rows.length < limit;
      at++
    ) {
      const row = domains[at];
      if (row !== undefined && isWanted(row, filter)) rows.push(this.#toRow(row));
    }
    return rows;
  }

  async named(names: readonly string[]): Promise<readonly DomainRow[]> {
    this.#deps.tasks.assertOpen();
    const rows: StoredDomain[] = [];
    for (const holder of this.#deps.files.loaded) rows.push(...holder.named(names));
    return rows.sort((one, other) => one.id - other.id).map((row) => this.#toRow(row));
  }

  isVerified({ account, id }: DomainRef): boolean {
    return this.#deps.files.find(account)?.domain(id)?.verified ?? false;
  }

  create({ account, name, limit, prepare, events: eventsOf }: DomainCreation): Promise<DomainChange> {
    const { tasks, ids, schedule } = this.#deps;
    return tasks.serve(async () => {
      const obstacle = await this.findObstacle(account, name, limit);
      if (obstacle !== null) return obstacle;
      const build = await prepare();
      return this.#deps.files.change<DomainChange>(account, { kind: 'gone' }, (holder) => {
        // Checked before an id is reserved, so that a refusal writes nothing and works on a full disk.
        const refused = this.#obstacleIn(holder.domains, name, limit);
        if (refused !== null) return Promise.resolve(refused);
        return ids.use(async (takeId) => {
          const change = await holder.change<DomainChange>((domains) => {
            const refusedNow = this.#obstacleIn(domains, name, limit);
            if (refusedNow !== null) return { result: refusedNow };
            const row = freeze(build(takeId()));
            const events = eventsOf(row);
            const added = [...domains, toStored(row)];
            return { result: { kind: 'written', row, events }, domains: added, events };
          });
          if (change.kind !== 'written') return change;
          schedule.add(account, change.row.id, change.row.checks);
          return { ...change, row: this.#current(change.row) };
        });
      });
    });
  }

  #obstacleIn(domains: readonly StoredDomain[], name: string, limit: number | null): DomainObstacle | null {
    const by = domains.find((row) => row.domain === name);
    if (by !== undefined) return { kind: 'taken', by: this.#toRow(by) };
    return limit !== null && domains.length >= limit ? { kind: 'full', limit } : null;
  }

  update(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange> {
    const { tasks, schedule } = this.#deps;
    return tasks.serve(async () => {
      let before: CheckTimes | null = null;
      const done = await this.change(account, id, (row) => {
        before = row.checks;
        return change(row);
      });
      if (done.kind !== 'written') return done;
      const { checks } = done.row;
      if (checks === null || checks === before) return done;
      schedule.note(account, id, checks);
      return { ...done, row: this.#current(done.row) };
    });
  }

  /** As `update`, but for the check times, which are left to the caller. */
  change(account: number, id: number, change: Change<DomainRow>): Promise<DomainChange> {
    return this.#deps.files.change<DomainChange>(account, { kind: 'gone' }, (holder) =>
      holder.change<DomainChange>((domains) => {
        const at = indexOf(domains, id);
        const old = domains[at];
        if (old?.id !== id) return { result: { kind: 'gone' } };
        const current = this.#toRow(old);
        const changed = change(current);
        if (changed === null) return { result: { kind: 'unchanged', row: current } };
        const { row, events } = changed;
        const by = row.domain === old.domain ? undefined : domains.find((one) => one.domain === row.domain);
        if (by !== undefined) return { result: { kind: 'taken', by: this.#toRow(by) } };
        const stored = toStored(row);
        return {
          result: { kind: 'written', row: freeze(row), events },
          domains: domains.with(at, stored),
          ...(old.delegation?.label === stored.delegation?.label ? {} : { gone: old }),
          events,
        };
      }),
    );
  }

  /** The account's write is the commit: share links whose domain is gone count as revoked. */
  delete(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean> {
    const { tasks, tokens, tokenUse, schedule, evidence, log } = this.#deps;
    return tasks.serve(async () => {
      const deleted = await tokens.inTurnOf(id, () =>
        this.#deps.files.change(account, false, (holder) =>
          holder.change<boolean>((domains) => {
            const at = indexOf(domains, id);
            const row = domains[at];
            if (row?.id !== id) return { result: false };
            const told = events(this.#toRow(row), tokens.sharesOf(account, id));
            return { result: true, domains: domains.toSpliced(at, 1), gone: row, events: told };
          }),
        ),
      );
      if (!deleted) return false;
      tokenUse.forgetGone();
      schedule.remove(id);
      await evidence.remove(account, id).catch((error: unknown) => {
        log.warn({ account, domain: id, err: error }, 'the evidence of a deleted domain is still there');
      });
      return true;
    });
  }

  /** The row as it is now, with the times that the schedule has; itself where the domain is gone meanwhile. */
  #current(row: DomainRow): DomainRow {
    const stored = this.#deps.files.find(row.account_id)?.domain(row.id);
    return stored === undefined ? row : this.#toRow(stored);
  }

  #toRow(stored: StoredDomain): DomainRow {
    const { schedule } = this.#deps;
    const version = schedule.version(stored.id);
    const known = this.#rows.get(stored.id);
    if (known?.stored === stored && known.version === version) return known.row;
    const row: DomainRow = freeze({ ...stored, checks: schedule.times(stored.id) });
    this.#keep({ stored, version, row });
    return row;
  }

  /** Forgets the oldest row where there are too many: of very many domains, few are asked for again and again. */
  #keep(known: KnownRow): void {
    this.#rows.set(known.row.id, known);
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > FILE_LIMITS.rows) this.#rows.delete(oldest);
  }
}

/** What is written has been through the schema that reads it, so that no mistake makes a file unreadable. */
export function toStored({ checks: _, ...stored }: DomainRow): StoredDomain {
  return StoredDomainSchema.parse(stored);
}

function isWanted(row: StoredDomain, filter: DomainFilter): boolean {
  return filter.verified === undefined || filter.verified === row.verified;
}
