import type { Account, CurrentToken, Scope } from '@letterhead/shared';
import { hasScope } from '@letterhead/shared/rules';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Who has signed in, and which account is on the page: an admin's can be another than their own. */
export interface Identity {
  readonly token: CurrentToken;
  readonly account: Pick<Account, 'id' | 'name' | 'display_name'>;
}

export const IdentityContext = createContext<Identity | null>(null);

export function useIdentity(): Identity {
  const identity = useContext(IdentityContext);
  if (identity === null) throw new Error('Nobody has signed in.');
  return identity;
}

/** Whether a token may do this. */
export function may({ scopes }: Pick<CurrentToken, 'scopes'>, scope: Scope): boolean {
  return hasScope(scopes, scope);
}

/** Whether whoever has signed in may do this. */
export function useMay(scope: Scope): boolean {
  return may(useIdentity().token, scope);
}
