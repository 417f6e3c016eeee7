import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { isDropped } from '../dropped-check.ts';
import { freeze } from '../freeze.ts';
import { inOrder, SharedQuery } from '../shared-query.ts';
import type {
  CheckEnd,
  CheckResult,
  CheckStore,
  CheckTimes,
  DueCheck,
  EndingCheck,
  JsonValue,
  LatestDue,
} from '../store.ts';
import { InTurn } from '../tasks.ts';
import { Claims } from './claims.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { type CheckOutcome, type Domains, nextCheck, type ReadDomain } from './domains.ts';
import { sql } from './sql.ts';

/** The end of a check that does not change its domain. */
interface UnchangedEnd extends CheckOutcome {
  readonly before: ReadDomain;
}

interface ChecksPage {
  /** Account and domain, which the driver returns as text in an array; null: the page is empty. */
  readonly last: readonly string[] | null;
  readonly ahead: readonly [number, number][];
}

export class Checks implements CheckStore {
  readonly claims: Claims;
  readonly #commits: Commits;
  readonly #domains: Domains;
  /** By domain: checks that end at the same time are compared one after the other. */
  readonly #turns = new InTurn<number>();
  readonly #unchanged: SharedQuery<UnchangedEnd, { n: number }>;

  constructor(database: Database, commits: Commits, domains: Domains) {
    this.claims = new Claims(database);
    this.#commits = commits;
    this.#domains = domains;
    this.#unchanged = new SharedQuery(async (ends) =>
      inOrder(
        await database.read<{ n: number }>(
          sql(
            'end_checks',
            ends.map(({ before }) => before.row.account_id),
            ends.map(({ before }) => before.row.id),
            ends.map(({ before }) => before.version),
            ends.map(({ before }) => before.times),
            ends.map(({ times }) => JSON.stringify(times)),
            ends.map(({ times }) => nextCheck(times)),
            ends.map(({ evidence }) => evidence),
          ),
        ),
      ),
    );
  }

  claim(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
    return this.#commits.serve(() => this.claims.take(now, limit, lease));
  }

  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    return this.#commits.serve(() => this.#turns.run(check.id, () => this.#finish(check, result)));
  }

  async reschedule({ account, id }: DueCheck, times: CheckTimes): Promise<void> {
    await this.#commits.read(sql('reschedule_check', account, id, JSON.stringify(times), nextCheck(times)));
    this.claims.end(id);
  }

  async listAhead(now: Instant, { verified, unverified }: LatestDue): Promise<readonly DueCheck[]> {
    const checks: DueCheck[] = [];
    let last: readonly (string | number)[] | null = [0, 0];
    while (last !== null) {
      const query = sql('list_checks_ahead', now, verified, unverified, ...last, DATABASE_LIMITS.checksAPage);
      const [page]: ChecksPage[] = await this.#commits.read<ChecksPage>(query);
      for (const [account, id] of page?.ahead ?? []) checks.push({ account, id });
      last = page?.last ?? null;
    }
    return checks;
  }

  async countDue(now: Instant): Promise<number> {
    const query = sql('count_due_checks', now, DATABASE_LIMITS.countedDueChecks);
    const [counted] = await this.#commits.read<{ due: number }>(query);
    return counted?.due ?? 0;
  }

  async evidence(account: number, id: number): Promise<JsonValue | undefined> {
    const query = sql('get_evidence', account, id);
    const [record] = await this.#commits.read<{ evidence: string | null }>(query);
    return record?.evidence == null ? undefined : JSON.parse(record.evidence);
  }

  async #finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    const { account, id, began } = check;
    const evidence = JSON.stringify(result.evidence);
    for (;;) {
      const before = await this.#domains.read(account, id);
      if (before === undefined) return { kind: 'gone' };
      if (isDropped(before.row, check)) return { kind: 'dropped', row: before.row };
      const changed = result.change(before.row);
      const after = changed?.row ?? before.row;
      const times = { ...result.times(after), began_at: began };
      const row = freeze({ ...after, checks: times });
      const isWritten =
        changed === null
          ? (await this.#unchanged.get({ before, times, evidence })) !== undefined
          : await this.#commits.inTurn(account, () =>
              this.#domains.write(before, row, changed.events, { times, evidence }),
            );
      if (!isWritten) continue;
      this.claims.end(id);
      return changed === null ? { kind: 'unchanged', row } : { kind: 'written', row, events: changed.events };
    }
  }
}
