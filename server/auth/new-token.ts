import type { Actor, TokenScope } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Clock, Instant } from '../instant.ts';
import { toInstant } from '../instant.ts';
import { ACCOUNT_LIMITS } from '../limits.ts';
import type { AccountRow, DomainRow, NewEvent, NewToken, Store, TokenRow } from '../store/store.ts';
import type { Identity } from './identity.ts';
import { refuseExpiry, tooManyTokens } from './new-token-rules.ts';
import { hashTokenSecret, makeTokenSecret, tokenPrefix } from './token-secret.ts';

/** What is said of a token before it has an id and a secret. */
export interface TokenPlan {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** Null for never. */
  readonly expiresAt: Date | null;
  /** The one that a share link shows; null for a token of the whole account. */
  readonly domain: DomainRow | null;
}

/** What is kept of a new token: of its secret no more than the hash, and what tells tokens apart. */
export function describeToken(
  { name, scopes, expiresAt, domain }: TokenPlan,
  secret: string,
  at: Instant,
): NewToken {
  return {
    domain_id: domain?.id ?? null,
    name,
    prefix: tokenPrefix(secret),
    hash: hashTokenSecret(secret),
    scopes: [...new Set(scopes)],
    expires_at: expiresAt === null ? null : toInstant(expiresAt),
    created_at: at,
  };
}

/** That a token, or a domain's share link, was made or revoked. */
export function tokenEvent(
  type: 'token.created' | 'token.revoked',
  { id, name, scopes }: TokenRow,
  { domain, actor, at }: { readonly domain: DomainRow | null; readonly actor: Actor; readonly at: Instant },
): NewEvent {
  return {
    type,
    domain: domain === null ? null : { id: domain.id, name: domain.domain },
    actor,
    at,
    changes: { token_id: id, name, scopes: [...scopes] },
  };
}

/**
 * Makes and stores a token of an account. Rejects with `invalid` or `forbidden` for its end, `quota_exceeded` where
 * the account holds too many, and `not_found` where the account, or the domain to share, is gone.
 */
export async function createToken(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  account: AccountRow,
  plan: TokenPlan,
  identity: Identity,
): Promise<{ row: TokenRow; secret: string }> {
  const secret = makeTokenSecret();
  const now = clock();
  const at = toInstant(now);
  refuseExpiry(plan.expiresAt, now, identity);
  const creation = await store.tokens.create({
    account: account.id,
    limit: ACCOUNT_LIMITS.tokens,
    token: describeToken(plan, secret, at),
    event: (created) =>
      tokenEvent('token.created', created, { domain: plan.domain, actor: identity.actor, at }),
  });
  if (creation.kind === 'full') throw tooManyTokens(creation.limit);
  if (creation.kind === 'gone') {
    const what = plan.domain === null ? `account ${account.id}` : `domain ${plan.domain.id}`;
    throw new LetterheadError('not_found', `There is no ${what} any more.`);
  }
  return { row: creation.row, secret };
}
