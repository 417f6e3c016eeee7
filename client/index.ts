import {
  createTRPCClient,
  type getFetch,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import superjson from 'superjson';
import type { AppRouter } from '../server/router/index.ts';

export type { AppRouter };

/** Options of `createLetterhead`. */
export interface LetterheadOptions {
  /** The server's address: `https://letterhead.example.org`. */
  readonly url: string | URL;
  /** `lh_…`; a function is called before each request. */
  readonly token: string | (() => string | Promise<string>);
  /**
   * Milliseconds within which a call has to be answered in full; null for any time. 60 seconds by default, after which
   * the server ends a connection, too. Subscriptions go on for as long as they are wanted.
   */
  readonly timeout?: number | null;
}

export type Letterhead = ReturnType<typeof createLetterhead>;

/** Error of every procedure: `data.code` is stable, `data.errors` has messages by field. */
export type LetterheadClientError = TRPCClientError<AppRouter>;

const DEFAULT_TIMEOUT_MS = 60_000;
/** Longest URL of batched queries that all proxies accept. */
const MAX_URL_LENGTH = 2000;
/** The server's limit. */
const MAX_BATCH_SIZE = 100;

/**
 * Creates a typed client of a Letterhead server. Batches calls of the same tick; times are `Date`s.
 * Subscriptions reconnect and resume automatically, in Node and in browsers.
 *
 * @example
 * ```ts
 * const letterhead = createLetterhead({ url: 'http://127.0.0.1:3000', token: 'lh_…' });
 * const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
 * console.log(domain.dns_records, domain.created_at.getFullYear());
 * letterhead.events.stream.subscribe({ account: 1 }, { onData: ({ data }) => console.log(data) });
 * ```
 */
export function createLetterhead({ url: origin, token, timeout = DEFAULT_TIMEOUT_MS }: LetterheadOptions) {
  const url = `${String(origin).replace(/\/+$/, '')}/trpc`;
  const authorization = async () => `Bearer ${typeof token === 'string' ? token : await token()}`;
  const common = {
    url,
    transformer: superjson,
    headers: async () => ({ authorization: await authorization() }),
    ...(timeout === null ? {} : { fetch: fetchWithin(timeout) }),
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url,
          transformer: superjson,
          EventSource,
          // The browser's EventSource sends no headers, and a token in the URL would be logged.
          eventSourceOptions: () => ({
            fetch: async (address, init) =>
              rejectTemporary(
                await fetch(address, {
                  ...init,
                  headers: { ...init.headers, authorization: await authorization() },
                }),
              ),
          }),
        }),
        false: splitLink({
          // Header blocks fill a request: a few together would be too large for one.
          condition: ({ path }) => path === 'signing.sign',
          true: httpLink(common),
          false: httpBatchLink({ ...common, maxURLLength: MAX_URL_LENGTH, maxItems: MAX_BATCH_SIZE }),
        }),
      }),
    ],
  });
}

/** A `fetch` that reads the whole answer. It rejects with a `TimeoutError` if that takes longer. */
function fetchWithin(milliseconds: number): ReturnType<typeof getFetch> {
  return async (address, init) => {
    const late = new AbortController();
    const message = `The server did not answer within ${milliseconds / 1000} s.`;
    const timer = setTimeout(() => late.abort(new DOMException(message, 'TimeoutError')), milliseconds);
    try {
      const signal = init?.signal == null ? late.signal : AbortSignal.any([init.signal, late.signal]);
      const response = await fetch(address, { ...init, signal });
      const answer: unknown = await response.json();
      return Object.assign(response, { json: async () => answer });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Throws for temporary errors, because EventSource reconnects after a lost connection but not after an HTTP error. */
function rejectTemporary(response: Response): Response {
  if (response.status === 429 || response.status >= 500) {
    throw new Error(`The server answered with status ${response.status}.`);
  }
  return response;
}

/** Whether an error is one of Letterhead's, or a failure to reach it in time, which has no `data`. */
export function isLetterheadError(error: unknown): error is LetterheadClientError {
  return error instanceof TRPCClientError;
}
