// Rules that the web console needs at run time as well: nothing here may load zod, which would double the console's size.
import type { TokenScope } from './token.ts';

/** The largest page of a list. */
export const MAX_PAGE = 1000;

/** Whether `scopes` allow what needs `scope`: `admin` implies the others, but is no share link of anything. */
export function hasScope(scopes: readonly TokenScope[], scope: TokenScope): boolean {
  return scopes.includes(scope) || (scopes.includes('admin') && scope !== 'share');
}
