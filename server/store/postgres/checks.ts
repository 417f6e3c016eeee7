import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { isDropped } from '../dropped-check.ts';
import { freeze } from '../freeze.ts';
import type { CheckEnd, CheckResult, CheckStore, DueCheck, EndingCheck, JsonValue } from '../store.ts';
import { InTurn } from '../tasks.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { type Domains, timesValues } from './domains.ts';
import { sql, sqlForRows } from './sql.ts';

/** The end of a check that does not change its domain; what is JSON is text. */
type UnchangedEnd = {
  readonly account: number;
  readonly id: number;
  readonly version: number;
  /** The times before it. */
  readonly before: string | null;
  readonly times: string | null;
  readonly next: Instant | null;
  readonly evidence: string;
};

/** `until`: the end of its lease. */
type Claim = { readonly account: number; readonly id: number; readonly until: Instant };

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
  readonly #unchanged;

  constructor(database: Database, commits: Commits, domains: Domains) {
    this.#database = database;
    this.#commits = commits;
    this.#domains = domains;
    this.#unchanged = database.share<UnchangedEnd, object>('end_checks');
  }

  /** A claim whose answer is lost ends with its lease. */
  claim(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
    return this.#commits.serve(async () => {
      const busy = this.#busyAccounts(now);
      const candidates = Math.max(limit, DATABASE_LIMITS.dueChecks);
      const accounts = { busy_accounts: [...busy.keys()], busy_checks: [...busy.values()] };
      const query = sql('claim_checks', { now, limit, lease, candidates, ...accounts });
      const claims = await this.#database.read<Claim>(query);
      for (const claim of claims) this.#claims.set(claim.id, claim);
      return claims.map(({ account, id }) => ({ account, id }));
    });
  }

  /** Ends all leases, so that another server can claim the checks at once. */
  async release(): Promise<void> {
    const claims = [...this.#claims.values()];
    if (claims.length > 0) await this.#database.read(sqlForRows('release_checks', claims));
  }

  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    const end = async () => {
      for (;;) {
        const ended = await this.#finish(check, result);
        if (ended !== null) return ended;
      }
    };
    return this.#commits.serve(() => this.#turns.run(check.id, end));
  }

  async reschedule(...[{ account, id }, times]: Parameters<CheckStore['reschedule']>): Promise<void> {
    await this.#commits.read(sql('reschedule_check', { account, id, ...timesValues(times) }));
    this.#claims.delete(id);
  }

  async listAhead(...[now, latest]: Parameters<CheckStore['listAhead']>): Promise<readonly DueCheck[]> {
    const checks: DueCheck[] = [];
    const limit = DATABASE_LIMITS.checksAPage;
    let last: readonly (string | number)[] | null = [0, 0];
    while (last !== null) {
      const [after_account, after_domain] = last;
      const query = sql('list_checks_ahead', { now, ...latest, after_account, after_domain, limit });
      const page: ChecksPage = await this.#commits.serve(() => this.#database.one<ChecksPage>(query));
      for (const [account, id] of page.ahead) checks.push({ account, id });
      last = page.last;
    }
    return checks;
  }

  async countDue(now: Instant): Promise<number> {
    const query = sql('count_due_checks', { now, limit: DATABASE_LIMITS.countedDueChecks });
    return (await this.#commits.serve(() => this.#database.one<{ due: number }>(query))).due;
  }

  async evidence(account: number, id: number): Promise<JsonValue | undefined> {
    const query = sql('get_evidence', { account, id });
    const [record] = await this.#commits.read<{ evidence: string | null }>(query);
    return record?.evidence == null ? undefined : JSON.parse(record.evidence);
  }

  /** Of accounts whose checks this server makes now, how many. Forgets claims whose lease has ended. */
  #busyAccounts(now: Instant): ReadonlyMap<number, number> {
    const busy = new Map<number, number>();
    for (const { account, id, until } of this.#claims.values()) {
      if (until <= now) this.#claims.delete(id);
      else busy.set(account, (busy.get(account) ?? 0) + 1);
    }
    return busy;
  }

  /** Null: the domain was changed meanwhile. */
  async #finish({ account, id, ...check }: EndingCheck, result: CheckResult): Promise<CheckEnd | null> {
    const read = await this.#domains.read(account, id);
    if (read === undefined) return { kind: 'gone' };
    if (isDropped(read.row, { account, id, ...check })) return { kind: 'dropped', row: read.row };
    const changed = result.change(read.row);
    const after = changed?.row ?? read.row;
    const checks = { ...result.times(after), began_at: check.began };
    const row = freeze({ ...after, checks });
    const evidence = JSON.stringify(result.evidence);
    const { version, times: before } = read;
    const isWritten =
      changed === null
        ? await this.#unchanged.get({ account, id, version, before, evidence, ...timesValues(checks) })
        : await this.#commits.change(account, () => this.#domains.write(read, row, changed.events, evidence));
    if (!isWritten) return null;
    this.#claims.delete(id);
    return changed === null ? { kind: 'unchanged', row } : { kind: 'written', row, events: changed.events };
  }
}
