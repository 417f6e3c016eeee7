import type { Actor, TokenScope } from '@letterhead/shared';
import { hasScope, LetterheadError, SHARE_SCOPE } from '@letterhead/shared';
import type { AccountRow, TokenRow } from '../store/store.ts';

/** Who asks, once it is known. The command line on an unlocked data folder has no token and no account of its own. */
export interface Identity {
  readonly actor: Actor;
  readonly scopes: readonly TokenScope[];
  readonly token: TokenRow | null;
  readonly account: AccountRow | null;
}

/** Somebody who may or may not turn out to be known. */
export interface Caller {
  /**
   * Lets them do one thing that needs `scope`, to the account that it is about, which is only asked for once the
   * caller is known. Rejects with `unauthenticated`, `forbidden` or `rate_limited`, in this order.
   */
  admit(scope: TokenScope | null, account: () => number | null | Promise<number | null>): Promise<Identity>;
}

/**
 * Refuses with `forbidden` what this identity may not do. `account` is the one that the request is about, null where
 * it is about none. Whether that account exists is not looked at: strangers must not learn it.
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
