import type { Writable } from 'node:stream';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import { LetterheadError, SCOPES } from '@letterhead/shared';
import { createTRPCClient, localLink } from '@trpc/client';
import superjson from 'superjson';
import type { Identity } from '../auth/identity.ts';
import type { Services } from '../router/context.ts';
import { isInternalError, toApiError } from '../router/errors.ts';
import { appRouter } from '../router/index.ts';
import type { BackupOptions, OpenBackup } from '../store/backup.ts';
import { downloadBackup } from './download-backup.ts';
import { UsageError } from './exit-code.ts';
import { explainUnreachable } from './unreachable.ts';

/** A way to call the procedures: of a running server, or on the data folder itself. */
export interface Connection extends AsyncDisposable {
  readonly letterhead: Letterhead;
  /** Whether others change what is there while the command runs: with a server they may, with the folder they can't. */
  readonly shared: boolean;
  /** Writes a backup and ends `out`; resolves to how many files it holds. Rejects where it did not come to its end. */
  backUp(options: BackupOptions, out: Writable): Promise<number>;
  /** The account that a command is about where `--account` doesn't say. */
  defaultAccount(): Promise<number>;
  /** What to say of an error of a call, where the error itself doesn't say it well. */
  explain(error: unknown): unknown;
}

/** How a command wants to be connected. */
export interface ConnectOptions {
  /** It may begin an installation where the data folder holds none. */
  readonly begin?: boolean;
}

/** What the data folder opens to, as far as a command needs it. */
export interface OpenInstallation extends AsyncDisposable {
  readonly services: Services;
  readonly openBackup: OpenBackup;
}

/** Where what nobody expected is told in full. */
interface ErrorLog {
  error(details: { err: unknown }, message: string): void;
}

/**
 * Speaks to the server at `url`. Never falls back to the folder: the two could be different installations.
 * Throws `UsageError` where the address or the token cannot be one.
 */
export function connectToServer(url: string, token: string): Connection {
  const address = URL.parse(url);
  if (address === null || !['http:', 'https:'].includes(address.protocol))
    throw new UsageError('LETTERHEAD_URL is not an address such as http://127.0.0.1:3000.');
  // Nothing could be sent to it, and every complaint would repeat the password.
  if (address.username !== '' || address.password !== '')
    throw new UsageError('LETTERHEAD_URL has a user name or a password in it: leave them out.');
  // Nothing else can stand in a header; what the token is, the server knows.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('LETTERHEAD_TOKEN is not a token, which is lh_ and 43 characters.');
  const letterhead = createLetterhead({ url, token });
  return {
    letterhead,
    shared: true,
    async defaultAccount() {
      return (await letterhead.tokens.current.query()).account_id;
    },
    backUp: (options, out) => downloadBackup({ url, token }, options, out),
    explain: (error) => explainUnreachable(url, error),
    async [Symbol.asyncDispose]() {},
  };
}

/** Calls the same procedures in this process, on a data folder that no server holds. */
export function connectToFolder(installation: OpenInstallation, log: ErrorLog): Connection {
  const caller = { admit: async () => operator };
  return {
    letterhead: createTRPCClient({
      links: [
        localLink({
          router: appRouter,
          transformer: superjson,
          createContext: async () => ({ caller, services: installation.services }),
          onError({ error }) {
            const failure = toApiError(error);
            if (isInternalError(failure)) log.error({ err: failure.cause }, failure.message);
          },
        }),
      ],
    }),
    shared: false,
    async backUp(options, out) {
      const backup = await installation.openBackup(options);
      await backup.writeTo(out);
      return backup.files;
    },
    explain: (error) => error,
    async defaultAccount() {
      const [only, ...others] = await installation.services.accounts.list();
      if (only === undefined)
        throw new LetterheadError(
          'not_found',
          'There is no account yet: `letterhead account create` makes one.',
        );
      if (others.length > 0) throw new UsageError('There are several accounts: say which with --account.');
      return only.id;
    },
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

/** Whoever may open the data folder may do everything with it. */
const operator: Identity = {
  actor: { kind: 'cli', token_id: null, address: null },
  scopes: SCOPES,
  token: null,
  account: null,
};
