import { sessionToken } from '../session/session.ts';
import { api, queryClient } from './api.ts';

/**
 * Asks for who has signed in and for the list of the account in the address, in one request, before anything is
 * rendered: the answer is on its way meanwhile.
 */
export function prefetch(): void {
  if (sessionToken() === '') return;
  const [, account] = /^\/accounts\/(\d+)\/domains$/.exec(location.pathname) ?? [];
  void queryClient.prefetchQuery(api.tokens.current.queryOptions());
  if (account === undefined) return;
  void queryClient.prefetchQuery(api.domains.statuses.queryOptions({ account: Number(account) }));
}
