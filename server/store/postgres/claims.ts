import type { Instant } from '../../instant.ts';
import { DATABASE_LIMITS } from '../../limits.ts';
import type { DueCheck } from '../store.ts';
import type { Database } from './database.ts';
import { columns, sql } from './sql.ts';

interface Claim extends DueCheck {
  /** The end of its lease. */
  readonly until: Instant;
}

/** Due checks that this server has claimed and not finished. */
export class Claims {
  readonly #database: Database;
  /** By domain. */
  readonly #claims = new Map<number, Claim>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** See `CheckStore.claim`. A claim whose answer is lost ends with its lease. */
  async take(now: Instant, limit: number, lease: number): Promise<readonly DueCheck[]> {
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
  }

  end(id: number): void {
    this.#claims.delete(id);
  }

  /** Ends all leases, so that another server can claim the checks at once. */
  async release(): Promise<void> {
    const claims = [...this.#claims.values()];
    this.#claims.clear();
    if (claims.length > 0)
      await this.#database.read(sql('release_checks', ...columns(claims, 'account', 'id', 'until')));
  }
}
