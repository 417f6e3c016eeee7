import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import type { Scope } from '@letterhead/shared';
import { SCOPES } from '@letterhead/shared';
import { createTRPCClient, localLink } from '@trpc/client';
import superjson from 'superjson';
import type { Identity } from '../auth/identity.ts';
import { appRouter } from '../router/index.ts';
import type { Services } from '../router/services.ts';
import { UsageError } from './exit-code.ts';

/** A way to call the procedures: of a running server, or on the data folder itself. */
export interface Connection extends AsyncDisposable {
  readonly letterhead: Letterhead;
  /** The account that a command is about where `--account` doesn't say. */
  defaultAccount(): Promise<number>;
}

/** What the data folder opens to, as far as a command needs it. */
export interface OpenInstallation extends AsyncDisposable {
  readonly services: Services;
}

/** Speaks to the server at `url`. Never falls back to the folder: the two could be different installations. */
export function connectToServer(url: string, token: string): Connection {
  const letterhead = createLetterhead({ url, token });
  return {
    letterhead,
    async defaultAccount() {
      return (await letterhead.tokens.current.query()).account_id;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Calls the same procedures in this process, on a data folder that no server holds. */
export function connectToFolder(installation: OpenInstallation): Connection {
  const caller = { identify: async () => operator };
  return {
    letterhead: createTRPCClient({
      links: [
        localLink({
          router: appRouter,
          transformer: superjson,
          createContext: async () => ({ caller, services: installation.services }),
        }),
      ],
    }),
    async defaultAccount() {
      const [only, ...others] = await installation.services.accounts.list();
      if (only === undefined)
        throw new UsageError('There is no account yet: `letterhead account create` makes one.');
      if (others.length > 0) throw new UsageError('There are several accounts: say which with --account.');
      return only.id;
    },
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

const EVERY_SCOPE: readonly Scope[] = SCOPES;

/** Whoever may open the data folder may do everything with it. */
const operator: Identity = {
  actor: { kind: 'cli', token_id: null, address: null },
  scopes: EVERY_SCOPE,
  token: null,
  account: null,
};
