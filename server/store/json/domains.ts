import { FILE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { CheckTimes, DomainRef, DomainRow } from '../interface/domain-row.ts';
import type { DomainChange, DomainObstacle, DomainStore } from '../interface/domains.ts';
import { indexOf } from './account.ts';
import { type StoredDomain, StoredDomainSchema } from './formats/rows.ts';
import type { StoreParts } from './parts.ts';
import type { Schedule } from './schedule.ts';
import type { Tokens } from './tokens.ts';

export interface Domains extends DomainStore {
  isVerified(domain: DomainRef): boolean;
  /** As `update`, but for the check times, which are left to the caller. */
  change: DomainStore['update'];
}

/**
 * The domains of all accounts: each is a line of its account's file and one of the schedule. Everything throws
 * LetterheadError `unavailable` for an account whose file is damaged.
 */
export function domainsIn(parts: StoreParts, tokens: Tokens): Domains {
  const { tasks, files, ids, schedule, tokenUse, evidence, log } = parts;
  const rows = new KnownRows(schedule);
  const toRow = (stored: StoredDomain) => rows.get(stored);

  /** The row as it is now, with the times that the schedule has; itself where the domain is gone meanwhile. */
  const current = (row: DomainRow): DomainRow => {
    const stored = files.find(row.account_id)?.domain(row.id);
    return stored === undefined ? row : toRow(stored);
  };

  const obstacleIn = (
    domains: readonly StoredDomain[],
    name: string,
    limit: number | null,
  ): DomainObstacle | null => {
    const by = domains.find((row) => row.domain === name);
    if (by !== undefined) return { kind: 'taken', by: toRow(by) };
    return limit !== null && domains.length >= limit ? { kind: 'full', limit } : null;
  };

  const obstacleNow = (account: number, name: string, limit: number | null): DomainObstacle | null => {
    const holder = files.find(account);
    return holder === undefined ? { kind: 'gone' } : obstacleIn(holder.state.domains, name, limit);
  };

  const change: Domains['change'] = (account, id, changeRow) =>
    files.change<DomainChange>(account, { kind: 'gone' }, ({ domains }) => {
      const at = indexOf(domains, id);
      const old = domains[at];
      if (old?.id !== id) return { result: { kind: 'gone' } };
      const before = toRow(old);
      const changed = changeRow(before);
      if (changed === null) return { result: { kind: 'unchanged', row: before } };
      const { row, events } = changed;
      const by = row.domain === old.domain ? undefined : domains.find((one) => one.domain === row.domain);
      if (by !== undefined) return { result: { kind: 'taken', by: toRow(by) } };
      const stored = toStored(row);
      return {
        result: { kind: 'written', row: freeze(row), events },
        domains: domains.with(at, stored),
        ...(old.delegation?.label === stored.delegation?.label ? {} : { gone: old }),
        events,
      };
    });

  return {
    change,

    findObstacle: (account, name, limit) => tasks.look(() => obstacleNow(account, name, limit)),

    get: (account, id) =>
      tasks.look(() => {
        const stored = files.find(account)?.domain(id);
        return stored && toRow(stored);
      }),

    list: (account, filter) =>
      tasks.look(() => {
        const { after = 0, limit = Number.POSITIVE_INFINITY, verified } = filter;
        const holder = files.find(account);
        const domains =
          (filter.domains === undefined ? holder?.state.domains : holder?.named(filter.domains)) ?? [];
        const listed: DomainRow[] = [];
        for (let at = indexOf(domains, after + 1); at < domains.length && listed.length < limit; at++) {
          const row = domains[at];
          if (row !== undefined && row.verified === (verified ?? row.verified)) listed.push(toRow(row));
        }
        return listed;
      }),

    named: (names) =>
      tasks.look(() => {
        const found: StoredDomain[] = [];
        for (const holder of files.loaded) found.push(...holder.named(names));
        return found.sort((one, other) => one.id - other.id).map(toRow);
      }),

    isVerified: ({ account, id }) => files.find(account)?.domain(id)?.verified ?? false,

    create: ({ account, name, limit, prepare, events: eventsOf }) =>
      tasks.serve(async () => {
        const obstacle = obstacleNow(account, name, limit);
        if (obstacle !== null) return obstacle;
        const build = await prepare();
        // Checked again before an id is reserved, so that a refusal writes nothing and works on a full disk.
        const refused = obstacleNow(account, name, limit);
        if (refused !== null) return refused;
        return ids.use(async (takeId) => {
          const created = await files.change<DomainChange>(account, { kind: 'gone' }, ({ domains }) => {
            const refusedNow = obstacleIn(domains, name, limit);
            if (refusedNow !== null) return { result: refusedNow };
            const row = freeze(build(takeId()));
            const events = eventsOf(row);
            const added = [...domains, toStored(row)];
            return { result: { kind: 'written', row, events }, domains: added, events };
          });
          if (created.kind !== 'written') return created;
          schedule.add(account, created.row.id, created.row.checks);
          return { ...created, row: current(created.row) };
        });
      }),

    update: (account, id, changeRow) =>
      tasks.serve(async () => {
        let before: CheckTimes | null = null;
        const done = await change(account, id, (row) => {
          before = row.checks;
          return changeRow(row);
        });
        if (done.kind !== 'written') return done;
        const { checks } = done.row;
        if (checks === null || checks === before) return done;
        schedule.note(account, id, checks);
        return { ...done, row: current(done.row) };
      }),

    /** The account's write is the commit: share links whose domain is gone count as revoked. */
    delete: (account, id, events) =>
      tasks.serve(async () => {
        const deleted = await tokens.inTurnOf(id, () =>
          files.change(account, false, ({ domains }) => {
            const at = indexOf(domains, id);
            const row = domains[at];
            if (row?.id !== id) return { result: false };
            const told = events(toRow(row), tokens.sharesOf(account, id));
            return { result: true, domains: domains.toSpliced(at, 1), gone: row, events: told };
          }),
        );
        if (!deleted) return false;
        tokenUse.forgetGone();
        schedule.remove(id);
        await evidence.remove(account, id).catch((error: unknown) => {
          log.warn({ account, domain: id, err: error }, 'the evidence of a deleted domain is still there');
        });
        return true;
      }),
  };
}

/**
 * Rows that were given out last, by id: each is the same object until one of its halves changes. The oldest is forgotten
 * where there are too many: of very many domains, few are asked for again and again.
 */
class KnownRows {
  readonly #schedule: Schedule;
  readonly #rows = new Map<number, { stored: StoredDomain; version: unknown; row: DomainRow }>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get(stored: StoredDomain): DomainRow {
    const { id } = stored;
    const version = this.#schedule.version(id);
    const known = this.#rows.get(id);
    if (known?.stored === stored && known.version === version) return known.row;
    const row: DomainRow = freeze({ ...stored, checks: this.#schedule.times(id) });
    this.#rows.set(id, { stored, version, row });
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined && this.#rows.size > FILE_LIMITS.rows) this.#rows.delete(oldest);
    return row;
  }
}

/** What is written has been through the schema that reads it, so that no mistake makes a file unreadable. */
export function toStored({ checks: _, ...stored }: DomainRow): StoredDomain {
  return StoredDomainSchema.parse(stored);
}
