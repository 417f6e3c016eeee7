import type { Actor, TokenScope } from '@letterhead/shared';
import { invalidField, LetterheadError } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import { toInstant } from '../instant.ts';
import { ACCOUNT_LIMITS } from '../limits.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { NewEvent } from '../store/interface/events.ts';
import type { NewToken, TokenRow } from '../store/interface/token-row.ts';
import type { AuthDeps, Identity } from './identity.ts';
import { hashTokenSecret, makeTokenSecret, tokenPrefix } from './token-secret.ts';

/** A token to create. */
export interface TokenPlan {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** Null for never. */
  readonly expiresAt: Date | null;
  /** The domain that a share link shows; null for a token of the account. */
  readonly domain: DomainRow | null;
}

/** Returns what is stored of a new token: of its secret, only the hash and a prefix. */
export function toNewToken(
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

/** Event of a token, or a share link of `domain`, that was created or revoked. */
export function tokenEvent(
  what: 'created' | 'revoked',
  { id, name, scopes }: TokenRow,
  { domain, actor, at }: { readonly domain: DomainRow | null; readonly actor: Actor; readonly at: Instant },
): NewEvent {
  return {
    type: `${domain === null ? 'token' : 'share'}.${what}`,
    domain: domain === null ? null : { id: domain.id, name: domain.domain },
    actor,
    at,
    changes: { token_id: id, name, scopes: [...scopes] },
  };
}

/**
 * Creates and stores a token. Rejects with `invalid` or `forbidden` because of its expiry, `quota_exceeded` if the
 * account has too many, and `not_found` if the account, or the domain to share, was deleted.
 */
export async function createToken(
  { store, clock }: AuthDeps,
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
    token: toNewToken(plan, secret, at),
    event: (created) => tokenEvent('created', created, { domain: plan.domain, actor: identity.actor, at }),
  });
  if (creation.kind === 'full') throw tooManyTokens(creation.limit);
  if (creation.kind === 'gone') {
    const what = plan.domain === null ? `account ${account.id}` : `domain ${plan.domain.id}`;
    throw new LetterheadError('not_found', `There is no ${what} any more.`);
  }
  return { row: creation.row, secret };
}

/**
 * Throws `invalid` if the expiry is in the past, `forbidden` if it is after that of the caller's own token: whoever
 * finds a token that expires must not be able to create one that outlives it.
 */
function refuseExpiry(expiresAt: Date | null, now: Date, { token }: Identity): void {
  if (expiresAt !== null && expiresAt <= now) {
    throw invalidField('expires_at', 'Give a time in the future for expires_at, or null for no expiry.');
  }
  const ownEnd = token?.expires_at ?? null;
  if (ownEnd === null || (expiresAt !== null && toInstant(expiresAt) <= ownEnd)) return;
  throw new LetterheadError(
    'forbidden',
    `Your own token expires at ${ownEnd}, and cannot create one that outlives it: give an expires_at no later than that.`,
  );
}

/** The limit counts share links and expired tokens as well. */
function tooManyTokens(limit: number): LetterheadError {
  return new LetterheadError(
    'quota_exceeded',
    `This account has ${limit} tokens and share links, which is all that it can hold. Revoke those that nobody uses.`,
  );
}
