import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import { freeze } from '../json/freeze.ts';
import { InTurn } from '../json/in-turn.ts';
import type {
  CheckEnd,
  CheckResult,
  CheckStore,
  CheckTimes,
  DomainRow,
  DueCheck,
  EndingCheck,
  JsonValue,
} from '../store.ts';
import type { Claims } from './claims.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { type Domains, nextAt, type ReadDomain } from './domains.ts';
import { inOrderOf, SharedQuery } from './shared-query.ts';

/** As UPDATE of a domain, for many whose own row does not change. */
const END = {
  name: 'end_checks',
  text: `WITH ended AS (
      SELECT w.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
          WITH ORDINALITY AS w (account_id, id, version, before, times, next_at, evidence, n)
        JOIN domains d ON d.account_id = w.account_id AND d.id = w.id AND d.version = w.version
      FOR SHARE OF d)
    UPDATE checks c SET times = ended.times::json, next_at = ended.next_at, claimed_until = NULL, evidence = ended.evidence
    FROM ended WHERE c.account_id = ended.account_id AND c.domain_id = ended.id
      AND c.times::text IS NOT DISTINCT FROM ended.before
    RETURNING ended.n`,
};

const RESCHEDULE = {
  name: 'reschedule_check',
  text: `UPDATE checks SET times = $3, next_at = $4, claimed_until = NULL WHERE account_id = $1 AND domain_id = $2`,
};

const COUNT_DUE = {
  name: 'count_due_checks',
  text: `SELECT count(*) AS due FROM (SELECT FROM checks WHERE NOT held AND next_at <= $1
      AND (claimed_until IS NULL OR claimed_until <= $1) LIMIT $2) AS due`,
};

const EVIDENCE = {
  name: 'get_evidence',
  text: 'SELECT evidence FROM checks WHERE account_id = $1 AND domain_id = $2',
};

/** A check that changes nothing about its domain but when it is checked. */
interface UnchangedEnd {
  readonly read: ReadDomain;
  readonly times: CheckTimes;
  readonly evidence: string;
}

/** What checks read and write. */
export class Checks implements CheckStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #domains: Domains;
  readonly #claims: Claims;
  /** By domain: two checks that end at the same moment are looked at one after the other. */
  readonly #turns = new InTurn<number>();
  readonly #ends: SharedQuery<UnchangedEnd, { n: number }>;

  constructor(database: Database, commits: Commits, domains: Domains, claims: Claims) {
    this.#database = database;
    this.#commits = commits;
    this.#domains = domains;
    this.#claims = claims;
    this.#ends = new SharedQuery(async (ends) => {
      const values = [
        ends.map(({ read }) => read.row.account_id),
        ends.map(({ read }) => read.row.id),
        ends.map(({ read }) => read.version),
        ends.map(({ read }) => read.times),
        ends.map(({ times }) => JSON.stringify(times)),
        ends.map(({ times }) => nextAt(times)),
        ends.map(({ evidence }) => evidence),
      ];
      return inOrderOf(await database.read<{ n: number }>({ ...END, values }));
    });
  }

  claim(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
    return this.#commits.tasks.serve(() => this.#claims.take(now, limit, lease));
  }

  finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    return this.#commits.tasks.serve(() => this.#turns.run(check.id, () => this.#finish(check, result)));
  }

  async reschedule({ account, id }: DueCheck, times: CheckTimes): Promise<void> {
    const query = { ...RESCHEDULE, values: [account, id, JSON.stringify(times), nextAt(times)] };
    await this.#commits.tasks.serve(() => this.#database.read(query));
    this.#claims.end(id);
  }

  async countDue(now: Instant): Promise<number> {
    const query = { ...COUNT_DUE, values: [now, DATABASE_LIMITS.countedDueChecks] };
    const [counted] = await this.#commits.tasks.serve(() => this.#database.read<{ due: number }>(query));
    return counted?.due ?? 0;
  }

  async evidence(account: number, id: number): Promise<JsonValue | undefined> {
    const query = { ...EVIDENCE, values: [account, id] };
    const rows = await this.#commits.tasks.serve(() =>
      this.#database.read<{ evidence: string | null }>(query),
    );
    const text = rows[0]?.evidence ?? null;
    return text === null ? undefined : JSON.parse(text);
  }

  async #finish(check: EndingCheck, result: CheckResult): Promise<CheckEnd> {
    const { account, id, began } = check;
    const evidence = JSON.stringify(result.evidence);
    for (;;) {
      const read = await this.#domains.read(account, id);
      if (read === undefined) return { kind: 'gone' };
      if (!isOfUse(read.row, check)) return { kind: 'dropped', row: read.row };
      const changed = result.change(read.row);
      const times = { ...result.times(changed?.row ?? read.row), began_at: began };
      const row = freeze({ ...(changed?.row ?? read.row), checks: times });
      const isKept =
        changed === null
          ? (await this.#ends.get({ read, times, evidence })) !== undefined
          : await this.#commits.inTurn(account, () =>
              this.#domains.write(read, row, changed.events, { times, evidence }),
            );
      if (!isKept) continue;
      this.#claims.end(id);
      return changed === null ? { kind: 'unchanged', row } : { kind: 'written', row, events: changed.events };
    }
  }
}

/** Whether the domain still has the key that was looked for, and no check that began later has ended. */
function isOfUse({ keys, checks }: DomainRow, { selector, began }: EndingCheck): boolean {
  return keys.some((key) => key.selector === selector) && (checks?.began_at ?? began) <= began;
}
