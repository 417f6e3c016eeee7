import type { Actor, TokenScope } from '@letterhead/shared';
import { hasScope, LetterheadError, SHARE_SCOPE } from '@letterhead/shared';
import type { Clock, Instant } from '../instant.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { TokenRow } from '../store/interface/token-row.ts';
import type { Store } from '../store/store.ts';

/** Dependencies of the services of accounts, tokens and share links. */
export interface AuthDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** An authenticated caller. The command line on the data folder has neither a token nor an account. */
export interface Identity {
  readonly actor: Actor;
  readonly scopes: readonly TokenScope[];
  readonly token: TokenRow | null;
  readonly account: AccountRow | null;
}

/** A caller that is authenticated when it calls the first procedure. */
export interface Caller {
  /**
   * Admits one call that needs `scope` on `account`, which is evaluated once the caller is authenticated; null for a
   * call about no account. Rejects with `unauthenticated`, `forbidden` or `rate_limited`, in this order.
   */
  admit(scope: TokenScope | null, account: () => number | null | Promise<number | null>): Promise<Identity>;
}

/**
 * Returns the token with this hash and its account, if it is valid at `now`. Rejects with `unauthenticated`.
 */
export async function findValidToken(
  { tokens }: Pick<Store, 'tokens'>,
  hash: string,
  now: Instant,
): Promise<{ token: TokenRow; account: AccountRow }> {
  const found = await tokens.findByHash(hash);
  if (found === undefined) throw unauthenticated('Unknown or revoked token.');
  const { expires_at } = found.token;
  if (expires_at !== null && expires_at <= now)
    throw unauthenticated(`This token expired at ${expires_at}. Ask for a new one.`);
  return found;
}

/** `unauthenticated`; `message` says what to send instead. */
export function unauthenticated(message: string): LetterheadError {
  return new LetterheadError('unauthenticated', message);
}

/**
 * Throws `forbidden` unless this identity may use `scope` on `account`; null for a call about no account. Does not look
 * up whether the account exists, because other accounts must not learn that.
 */
export function authorize(identity: Identity, scope: TokenScope | null, account: number | null): void {
  if (identity.account?.suspended === true) {
    throw new LetterheadError('forbidden', 'This account is suspended. Ask the operator to resume it.');
  }
  if (identity.token?.domain_id != null && scope !== SHARE_SCOPE) {
    throw new LetterheadError('forbidden', 'Share links only give access to their one domain.');
  }
  if (account !== null && !reaches(identity, account)) {
    throw new LetterheadError(
      'forbidden',
      `This token belongs to another account than ${account}. Use a token of that account.`,
    );
  }
  if (scope !== null && !hasScope(identity.scopes, scope)) {
    throw new LetterheadError(
      'forbidden',
      `This token lacks the scope ${scope}. Use a token that has it, or ask for one.`,
    );
  }
}

function reaches(identity: Identity, account: number): boolean {
  return identity.account?.id === account || identity.scopes.includes('admin');
}
