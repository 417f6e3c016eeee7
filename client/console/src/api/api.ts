import { createLetterhead } from '@letterhead/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { sessionToken, signOut } from '../session/session.ts';
import { isRetryable, toApiError } from './api-error.ts';

const RETRIES = 2;
const RETRY_DELAY_MS = 250;
/** In this time, data is not read again: events keep it up to date. */
const FRESH_MS = 5_000;

function onError(error: unknown): void {
  if (toApiError(error).code === 'unauthenticated') {
    signOut('Your token has expired or was revoked. Sign in with another one.');
  }
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    // 'always', because the server may be on this machine even if the browser is offline.
    queries: {
      networkMode: 'always',
      staleTime: FRESH_MS,
      retry: (failures, error) => isRetryable(error) && failures < RETRIES,
      retryDelay: (failures) => RETRY_DELAY_MS * 2 ** failures,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** Client with the token of whoever is signed in. */
export const letterhead = createLetterhead({ url: location.origin, token: sessionToken });

/** Each procedure as options for TanStack Query. */
export const api = createTRPCOptionsProxy({ client: letterhead, queryClient });
