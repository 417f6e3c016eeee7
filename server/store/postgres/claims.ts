import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import type { DueCheck } from '../store.ts';
import type { Database } from './database.ts';

/**
 * Of the checks that have been due the longest, each account's first ones, as it has fewer under way already. `SKIP
 * LOCKED`: what another server is about to claim is passed over.
 */
const CLAIM = {
  name: 'claim_checks',
  text: `WITH front AS (
      SELECT account_id, domain_id, next_at FROM checks
      WHERE NOT held AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
      ORDER BY next_at LIMIT $4),
    turns AS (
      SELECT f.*, row_number() OVER (PARTITION BY account_id ORDER BY next_at) + coalesce(b.checks, 0) AS turn
      FROM front f LEFT JOIN unnest($5::bigint[], $6::bigint[]) AS b (account_id, checks) USING (account_id)),
    due AS (
      SELECT c.account_id, c.domain_id, t.turn, t.next_at FROM turns t JOIN checks c USING (account_id, domain_id)
      WHERE NOT c.held AND c.next_at <= $1 AND (c.claimed_until IS NULL OR c.claimed_until <= $1)
      ORDER BY t.turn, t.next_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED),
    claimed AS (
      UPDATE checks c SET claimed_until = $1::timestamptz + make_interval(secs => $3) FROM due
      WHERE c.account_id = due.account_id AND c.domain_id = due.domain_id
      RETURNING c.account_id, c.domain_id, due.turn, due.next_at, c.claimed_until AS until)
    SELECT account_id AS account, domain_id AS id, until FROM claimed ORDER BY turn, next_at`,
};

const RELEASE = {
  name: 'release_checks',
  text: `UPDATE checks c SET claimed_until = NULL
    FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS w (account_id, id, until)
    WHERE c.account_id = w.account_id AND c.domain_id = w.id AND c.claimed_until = w.until`,
};

interface Claim extends DueCheck {
  /** When its lease ends. */
  readonly until: Instant;
}

/** The due checks that this server has claimed and not ended. */
export class Claims {
  readonly #database: Database;
  /** By domain. */
  readonly #claims = new Map<number, Claim>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** See `CheckStore.claim`. `lease` in seconds. A claim whose answer is lost ends with its lease. */
  async take(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
    const busy = new Map<number, number>();
    for (const { account, id, until } of this.#claims.values()) {
      if (until <= now) this.#claims.delete(id);
      else busy.set(account, (busy.get(account) ?? 0) + 1);
    }
    const window = Math.max(limit, DATABASE_LIMITS.dueChecks);
    const values = [now, limit, lease, window, [...busy.keys()], [...busy.values()]];
    const claims = await this.#database.read<Claim>({ ...CLAIM, values });
    for (const claim of claims) this.#claims.set(claim.id, claim);
    return claims.map(({ account, id }) => ({ account, id }));
  }

  /** The check has come to its end. */
  end(id: number): void {
    this.#claims.delete(id);
  }

  /** Gives back what has not come to its end: another server may take it at once. */
  async release(): Promise<void> {
    const claims = [...this.#claims.values()];
    this.#claims.clear();
    if (claims.length === 0) return;
    const values = [
      claims.map(({ account }) => account),
      claims.map(({ id }) => id),
      claims.map(({ until }) => until),
    ];
    await this.#database.read({ ...RELEASE, values });
  }
}
