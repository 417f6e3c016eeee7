import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
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

/**
 * A typed client of a Letterhead server. Calls of one moment travel together; times arrive as `Date`.
 *
 * @example
 * ```ts
 * const letterhead = createLetterhead({ url: 'http://127.0.0.1:3000', token: 'lh_…' });
 * const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
 * console.log(domain.dns_records, domain.created_at.getFullYear());
 * ```
 */
export function createLetterhead(options: LetterheadOptions) {
  const { token } = options;
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${String(options.url).replace(/\/+$/, '')}/trpc`,
        transformer: superjson,
        maxURLLength: MAX_URL_LENGTH,
        headers: async () => ({
          authorization: `Bearer ${typeof token === 'string' ? token : await token()}`,
        }),
      }),
    ],
  });
}

/** Whether something thrown is a refusal of Letterhead's, or a failure to reach it (then `data` is missing). */
export function isLetterheadError(error: unknown): error is LetterheadClientError {
  return error instanceof TRPCClientError;
}
