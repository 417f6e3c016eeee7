import { createLetterhead } from '@letterhead/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { sessionToken, signOut } from '../session/session.ts';
import { isRetryable, toApiError } from './api-error.ts';
import { noteAnswer } from './reachability.ts';

const RETRIES = 2;
const RETRY_DELAY_MS = 250;
/** Interval at which a failed query is repeated, as long as its error is shown. */
const REREAD_MS = 5_000;
/** In this time, data is not read again: events keep it up to date. */
const FRESH_MS = 5_000;

function onError(error: unknown): void {
  if (toApiError(error).code === 'unauthenticated') {
    signOut('Your token has expired or was revoked. Sign in with another one.');
  }
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError, onSuccess: noteAnswer }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    // 'always', because the server may be on this machine even if the browser is offline.
    queries: {
      networkMode: 'always',
      staleTime: FRESH_MS,
      retry: (failures, error) => isRetryable(error) && failures < RETRIES,
      // What failed because the server was away is there as soon as it is back.
      refetchInterval: ({ state: { error } }) => error !== null && isRetryable(error) && REREAD_MS,
      retryDelay: (failures) => RETRY_DELAY_MS * 2 ** failures,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** Client with the token of whoever is signed in. */
export const letterhead = createLetterhead({ url: location.origin, token: sessionToken });

/** Each procedure as options for TanStack Query. */
export const api = createTRPCOptionsProxy({ client: letterhead, queryClient });
