import type { Instant } from '../../instant.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { CheckTimes, DomainRow } from '../interface/domain-row.ts';
import type { TokenRow } from '../interface/token-row.ts';

/** Rows as the store's interface has them. Earlier versions have written documents that lack some of the fields. */

/** Since migration 2, and `notify` since migration 6. */
const NO_PROFILE = { display_name: null, contact_email: null, logo: null, notify: [] };
/** Since migration 6. */
const NO_SUBSCRIPTIONS = { subscriptions: [] };

export function toAccount(content: AccountRow): AccountRow {
  return freeze({ ...NO_PROFILE, ...content });
}

export interface TokenRecord {
  readonly content: Omit<TokenRow, 'last_used_at'>;
  readonly last_used_at: Instant | null;
}

export function toToken({ content, last_used_at }: TokenRecord): TokenRow {
  return freeze({ ...NO_SUBSCRIPTIONS, ...content, last_used_at });
}

/** Before migration 5, a domain had one key, published as a TXT record. `times` is JSON. */
export function toDomain(content: Omit<DomainRow, 'checks'>, times: string | null): DomainRow {
  const checks: CheckTimes | null = times === null ? null : { codes: {}, ...JSON.parse(times) };
  return freeze({
    ...content,
    last_key_id: content.last_key_id ?? Math.max(...content.keys.map(({ id }) => id)),
    delegation: content.delegation ?? null,
    keys: content.keys.map((key) => ({
      ...key,
      usable_at: key.usable_at === undefined ? key.created_at : key.usable_at,
    })),
    checks,
  });
}
