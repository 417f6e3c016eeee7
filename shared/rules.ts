// Also used by the web console at run time: must not load zod, which would double the console's size.
import type { TokenScope } from './token.ts';

/** The largest page of a list. */
export const MAX_PAGE = 1000;

/** Whether `scopes` include `scope`. `admin` implies all scopes but that of share links. */
export function hasScope(scopes: readonly TokenScope[], scope: TokenScope): boolean {
  return scopes.includes(scope) || (scopes.includes('admin') && scope !== 'share');
}
