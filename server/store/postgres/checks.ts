import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { isDropped } from '../dropped-check.ts';
import { freeze } from '../freeze.ts';
import type {
  CheckEnd,
  CheckResult,
  CheckStore,
  DueCheck,
  EndingCheck,
  LatestDue,
} from '../interface/checks.ts';
import type { CheckTimes } from '../interface/domain-row.ts';
import type { JsonValue } from '../interface/events.ts';
import type { SharedQuery } from '../shared-query.ts';
import { InTurn } from '../tasks.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { type Domains, nextCheck } from './domains.ts';
import { columns, sql } from './sql.ts';

/** The end of a check that does not change its domain; what is JSON is text. */
interface UnchangedEnd {
  readonly account: number;
  readonly id: number;
  readonly version: number;
  /** The times before it. */
  readonly before: string | null;
  readonly times: string;
  readonly next: Instant | null;
  readonly evidence: string;
}

interface Claim extends DueCheck {
  /** The end of its lease. */
  readonly until: Instant;
}

interface ChecksPage {
  /** Account and domain, which the driver returns as text in an array; null: the page is empty. */
  readonly last: readonly string[] | null;
  readonly ahead: readonly [number, number][];
}

export class Checks implements CheckStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #domains: Domains;
  /** By domain: what this server has claimed and not finished. */
  readonly #claims = new Map<number, Claim>();
  /** By domain: checks that end at the same time are compared one after the other. */
  readonly #turns = new InTurn<number>();
  readonly #unchanged: SharedQuery<UnchangedEnd, object>;

  constructor(database: Database, commits: Commits, domains: Domains) {
    this.#database = database;
    this.#commits = commits;
    this.#domains = domains;
    this.#unchanged = database.share('end_checks', (ends) =>
      columns(ends, 'account', 'id', 'version', 'before', 'times', 'next', 'evidence'),
    );
  }

  /** A claim whose answer is lost ends with its lease. */
  claim(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
    return this.#commits.serve(async () => {
      const busy = new Map<number, number>();
      for (const { account, id, until } of this.#claims.values()) {
        if (until <= now) this.#claims.delete(id);
        else busy.set(account, (busy.get(account) ?? 0) + 1);
      }
      const candidates = Math.max(limit, DATABASE_LIMITS.dueChecks);
      const query = sql('claim_checks', now, limit, lease, candidates, [...busy.keys()], [...busy.values()]);
      const claims = await this.#database.read<Claim>(query);
      for (const claim of claims) this.#claims.set(claim.id, claim);
      return claims.map(({ account, id }) => ({ account, id }));
    });
  }

  /** Ends all leases, so that another server can claim the checks at once. */
  async release(): Promise<void> {
    const claims = [...this.#claims.values()];
    if (claims.length > 0)
      await this.#database.read(sql('release_checks', ...columns(claims, 'account', 'id', 'until')));
  }

  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    return this.#commits.serve(() => this.#turns.run(check.id, () => this.#finish(check, result)));
  }

  async reschedule({ account, id }: DueCheck, times: CheckTimes): Promise<void> {
    await this.#commits.read(sql('reschedule_check', account, id, JSON.stringify(times), nextCheck(times)));
    this.#claims.delete(id);
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
      const read = await this.#domains.read(account, id);
      if (read === undefined) return { kind: 'gone' };
      if (isDropped(read.row, check)) return { kind: 'dropped', row: read.row };
      const changed = result.change(read.row);
      const after = changed?.row ?? read.row;
      const times = { ...result.times(after), began_at: began };
      const row = freeze({ ...after, checks: times });
      const { version, times: before } = read;
      const end = {
        account,
        id,
        version,
        before,
        times: JSON.stringify(times),
        next: nextCheck(times),
        evidence,
      };
      const isWritten =
        changed === null
          ? (await this.#unchanged.get(end)) !== undefined
          : await this.#commits.change(account, () =>
              this.#domains.write(read, row, changed.events, { times, evidence }),
            );
      if (!isWritten) continue;
      this.#claims.delete(id);
      return changed === null ? { kind: 'unchanged', row } : { kind: 'written', row, events: changed.events };
    }
  }
}
