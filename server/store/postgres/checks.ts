import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { isDropped } from '../dropped-check.ts';
import { freeze } from '../freeze.ts';
import type { CheckEnd, CheckResult, CheckStore, EndingCheck } from '../interface/checks.ts';
import type { DomainRef } from '../interface/domain-row.ts';
import { type Commits, repeat } from './commits.ts';
import type { Database } from './database.ts';
import { type Domains, timesValues } from './domains.ts';
import { sql, sqlForRows } from './sql.ts';

/** `until`: the end of its lease. */
type Claim = { readonly account: number; readonly id: number; readonly until: Instant };

interface ChecksPage {
  /** Account and domain, which the driver returns as text in an array; null: the page is empty. */
  readonly last: readonly string[] | null;
  readonly ahead: readonly [number, number][];
}

/** `release` ends all leases, so that another server can claim the checks at once. */
export interface Checks extends CheckStore {
  release(): Promise<void>;
}

export function checksIn(database: Database, commits: Commits, domains: Domains): Checks {
  /** By domain: what this server has claimed and not finished. */
  const claims = new Map<number, Claim>();
  const unchanged = database.share<object>('end_checks');

  /** Of accounts whose checks this server makes now, how many. Forgets claims whose lease has ended. */
  const countBusy = (now: Instant) => {
    const busy = new Map<number, number>();
    for (const { account, id, until } of claims.values()) {
      if (until <= now) claims.delete(id);
      else busy.set(account, (busy.get(account) ?? 0) + 1);
    }
    return { busy_accounts: [...busy.keys()], busy_checks: [...busy.values()] };
  };

  /** Null: the domain was changed, or another check of it has ended meanwhile. */
  const tryToFinish = async (check: EndingCheck, result: CheckResult): Promise<CheckEnd | null> => {
    const { account, id, began: began_at } = check;
    const read = await domains.read(account, id);
    if (read === undefined) return { kind: 'gone' };
    if (isDropped(read.row, check)) return { kind: 'dropped', row: read.row };
    const changed = result.change(read.row);
    const after = changed?.row ?? read.row;
    const checks = { ...result.times(after), began_at };
    const row = freeze({ ...after, checks });
    const evidence = JSON.stringify(result.evidence);
    const { version, times: before } = read;
    const isWritten =
      changed === null
        ? await unchanged.get({ account, id, version, before, evidence, ...timesValues(checks) })
        : await commits.inTurn(account, () => domains.write(read, row, changed.events, evidence));
    if (!isWritten) return null;
    claims.delete(id);
    return changed === null ? { kind: 'unchanged', row } : { kind: 'written', row, events: changed.events };
  };

  return {
    /** A claim whose answer is lost ends with its lease. */
    claim: (now, limit, lease) =>
      commits.serve(async () => {
        const candidates = Math.max(limit, DATABASE_LIMITS.dueChecks);
        const query = sql('claim_checks', { now, limit, lease, candidates, ...countBusy(now) });
        const claimed = await database.read<Claim>(query);
        for (const claim of claimed) claims.set(claim.id, claim);
        return claimed.map(({ account, id }) => ({ account, id }));
      }),

    async release() {
      if (claims.size > 0) await database.read(sqlForRows('release_checks', [...claims.values()]));
    },

    finish: (check, result) => commits.serve(() => repeat(() => tryToFinish(check, result))),

    async reschedule({ account, id }, times) {
      await commits.read(sql('reschedule_check', { account, id, ...timesValues(times) }));
      claims.delete(id);
    },

    async listAhead(now, latest) {
      const checks: DomainRef[] = [];
      const limit = DATABASE_LIMITS.checksAPage;
      for (let last: readonly (string | number)[] | null = [0, 0]; last !== null; ) {
        const [after_account, after_domain] = last;
        const query = sql('list_checks_ahead', { now, ...latest, after_account, after_domain, limit });
        const [page]: ChecksPage[] = await commits.read<ChecksPage>(query);
        for (const [account, id] of page?.ahead ?? []) checks.push({ account, id });
        last = page?.last ?? null;
      }
      return checks;
    },

    async countDue(now) {
      const query = sql('count_due_checks', { now, limit: DATABASE_LIMITS.countedDueChecks });
      const [counted] = await commits.read<{ due: number }>(query);
      return counted?.due ?? 0;
    },

    async evidence(account, id) {
      const query = sql('get_evidence', { account, id });
      const [record] = await commits.read<{ evidence: string | null }>(query);
      return record?.evidence == null ? undefined : JSON.parse(record.evidence);
    },
  };
}
