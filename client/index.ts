import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import superjson from 'superjson';
import type { AppRouter } from '../server/router/index.ts';

export type { AppRouter };

/** Where the server is, and who asks. */
export interface LetterheadOptions {
  /** The server's address: `https://letterhead.example.org`. */
  readonly url: string | URL;
  /** `lh_…`; a function is asked before each request. */
  readonly token: string | (() => string | Promise<string>);
}

export type Letterhead = ReturnType<typeof createLetterhead>;

/** What every procedure fails with: `data.code` is the stable word, `data.errors` the complaints by field. */
export type LetterheadClientError = TRPCClientError<AppRouter>;

/** The longest address that batched queries are gathered in: what any proxy lets through. */
const MAX_URL_LENGTH = 2000;
/** As many calls as the server takes at once. */
const MAX_BATCH_SIZE = 100;

/**
 * A typed client of a Letterhead server. Calls of one moment travel together; times arrive as `Date`.
 * Subscriptions connect again by themselves and resume where they were, in Node as in a browser.
 *
 * @example
 * ```ts
 * const letterhead = createLetterhead({ url: 'http://127.0.0.1:3000', token: 'lh_…' });
 * const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
 * console.log(domain.dns_records, domain.created_at.getFullYear());
 * letterhead.events.stream.subscribe({ account: 1 }, { onData: ({ data }) => console.log(data) });
 * ```
 */
export function createLetterhead({ url: origin, token }: LetterheadOptions) {
  const url = `${String(origin).replace(/\/+$/, '')}/trpc`;
  const authorization = async () => `Bearer ${typeof token === 'string' ? token : await token()}`;
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url,
          transformer: superjson,
          EventSource,
          // A browser's own EventSource sends no headers, and a token in the address would be logged.
          eventSourceOptions: () => ({
            fetch: async (address, init) =>
              passing(
                await fetch(address, {
                  ...init,
                  headers: { ...init.headers, authorization: await authorization() },
                }),
              ),
          }),
        }),
        false: httpBatchLink({
          url,
          transformer: superjson,
          maxURLLength: MAX_URL_LENGTH,
          maxItems: MAX_BATCH_SIZE,
          headers: async () => ({ authorization: await authorization() }),
        }),
      }),
    ],
  });
}

/** EventSource gives up at any refusal; one that will pass is made a lost connection, after which it tries again. */
function passing(response: Response): Response {
  if (response.status === 429 || response.status >= 500) {
    throw new Error(`The server answered with status ${response.status}.`);
  }
  return response;
}

/** Whether something thrown is a refusal of Letterhead's, or a failure to reach it (then `data` is missing). */
export function isLetterheadError(error: unknown): error is LetterheadClientError {
  return error instanceof TRPCClientError;
}
