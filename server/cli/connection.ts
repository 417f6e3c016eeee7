import type { Writable } from 'node:stream';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import type { Domain } from '@letterhead/shared';
import { LetterheadError, SCOPES } from '@letterhead/shared';
import { createTRPCClient, localLink } from '@trpc/client';
import type { Logger } from 'pino';
import superjson from 'superjson';
import { COMMAND_LINE } from '../actors.ts';
import type { Identity } from '../auth/identity.ts';
import type { Services } from '../router/context.ts';
import { isInternalError, toApiError } from '../router/errors.ts';
import { appRouter } from '../router/index.ts';
import type { KeyDelivery } from '../signing/key-delivery.ts';
import type { BackupOptions, OpenBackup } from '../store/backup.ts';
import { downloadBackup, type WrittenBackup } from './download-backup.ts';
import { UsageError } from './exit-code.ts';
import { fetchKey } from './fetch-key.ts';
import { explainUnreachable } from './unreachable.ts';

/** Calls procedures, of a running server or in this process on the data folder. */
export interface Connection extends AsyncDisposable {
  readonly letterhead: Letterhead;
  /** Whether others may change the data while the command runs: true for a server, false for the folder. */
  readonly shared: boolean;
  /** Address of the server, without a slash at its end; null for the folder. */
  readonly url: string | null;
  /** Writes a backup and ends `out`. Rejects if it is incomplete. */
  backUp(options: BackupOptions, out: Writable): Promise<WrittenBackup>;
  /** The private key (PEM) of a domain's selector; null if it may not be had, or is no longer the domain's. */
  privateKey(domain: Domain, selector: string): Promise<string | null>;
  /** The account of a command without `--account`. */
  defaultAccount(): Promise<number>;
  /** Replaces the error of a call with one that a person understands, if there is a better one. */
  explain(error: unknown): unknown;
}

export interface ConnectOptions {
  /** Creates an installation if the data folder holds none. */
  readonly begin?: boolean;
}

/** What a command needs of an open data folder. */
export interface OpenInstallation extends AsyncDisposable {
  readonly services: Services;
  readonly openBackup: OpenBackup;
  readonly keyDelivery: Pick<KeyDelivery, 'open'>;
}

/**
 * Connects to the server at `url`. Never falls back to the folder: the two could be different installations.
 * Throws `UsageError` if the address or the token is malformed.
 */
export function connectToServer(url: string, token: string): Connection {
  const address = URL.parse(url);
  if (address === null || !['http:', 'https:'].includes(address.protocol))
    throw new UsageError('LETTERHEAD_URL is not an address such as http://127.0.0.1:3000.');
  // `fetch` refuses such an address, and every error message would repeat the password.
  if (address.username !== '' || address.password !== '')
    throw new UsageError('LETTERHEAD_URL has a user name or a password in it: leave them out.');
  // A header holds nothing else. Whether it is a valid token is for the server to decide.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('LETTERHEAD_TOKEN is not a token, which is lh_ and 43 characters.');
  const letterhead = createLetterhead({ url, token });
  const base = url.replace(/\/+$/, '');
  return {
    letterhead,
    shared: true,
    url: base,
    async defaultAccount() {
      return (await letterhead.tokens.current.query()).account_id;
    },
    privateKey: ({ domain }, selector) => fetchKey({ url: base, token }, domain, selector),
    backUp: (options, out) => downloadBackup({ url: base, token }, options, out),
    explain: (error) => explainUnreachable(url, error),
    async [Symbol.asyncDispose]() {},
  };
}

/** Calls the same procedures in this process, on a data folder that no server holds. */
export function connectToFolder(installation: OpenInstallation, log: Pick<Logger, 'error'>): Connection {
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
    url: null,
    async backUp(options, out) {
      const backup = await installation.openBackup(options);
      await backup.writeTo(out);
      return { files: backup.files, ...options };
    },
    privateKey: ({ account_id, id }, selector) => installation.keyDelivery.open(account_id, id, selector),
    explain: (error) => error,
    async defaultAccount() {
      const [only, ...others] = await installation.services.accounts.list();
      if (only === undefined)
        throw new LetterheadError(
          'not_found',
          'There is no account yet: `letterhead account create` creates one.',
        );
      if (others.length > 0) throw new UsageError('There are several accounts: name one with --account.');
      return only.id;
    },
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

/** Identity of the command line on the data folder: who can open it may do everything. */
const operator: Identity = {
  actor: COMMAND_LINE,
  scopes: SCOPES,
  token: null,
  account: null,
};
