import fc from 'fast-check';
import { expect } from 'vitest';
import { checkFolder } from '../../../server/store/json/check-folder.ts';
import type { TestServer } from '../../running-server.ts';
import { startTestServer } from '../../running-server.ts';

/** Ids that requests are about; they change after a request has deleted something. */
export interface Ids {
  readonly account: number;
  readonly id: number;
  readonly share: number;
  readonly token: number;
}

/** Kinds of callers. */
export type Caller = 'admin' | 'writer' | 'share' | 'wrong' | 'none';

/** Mostly callers that pass the guard. */
export const callers = fc.constantFrom<Caller[]>(
  'admin',
  'admin',
  'admin',
  'writer',
  'writer',
  'share',
  'wrong',
  'none',
);

/** A server with an account and its data, created again after a request has deleted them. */
export class FuzzFixture implements AsyncDisposable {
  readonly server: TestServer;
  #ids: Ids;
  #tokens: Readonly<Record<Caller, string | null>>;

  private constructor(server: TestServer, seeded: SeededAccount) {
    this.server = server;
    this.#ids = seeded.ids;
    this.#tokens = seeded.tokens;
  }

  static async create(): Promise<FuzzFixture> {
    const server = await startTestServer({
      environment: {
        RATE_LIMIT_PER_MINUTE: '0',
        RETURN_PATH_HOST: 'bounces.example',
        MAX_DOMAINS_PER_ACCOUNT: '20',
      },
    });
    return new FuzzFixture(server, await seedAccount(server));
  }

  get ids(): Ids {
    return this.#ids;
  }

  authorizationOf(caller: Caller): string | undefined {
    const token = this.#tokens[caller];
    return token === null ? undefined : `Bearer ${token}`;
  }

  /** Creates new data, after a request that may have deleted, suspended or revoked the old. */
  async refresh(): Promise<void> {
    const { ids, tokens } = await seedAccount(this.server);
    this.#ids = ids;
    this.#tokens = tokens;
  }

  /** Expects an intact data folder, and the same data after a restart. */
  async expectValidStore(): Promise<void> {
    const before = await everything(this.server);
    await using restarted = await this.server.restart();
    expect(await checkFolder(restarted.dataDir)).toMatchObject({ usable: true, problems: [] });
    expect(await everything(restarted)).toEqual(before);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

interface SeededAccount {
  readonly ids: Ids;
  readonly tokens: Readonly<Record<Caller, string | null>>;
}

/** Creates an account with a domain, a share link and a token; account 1 is left alone, because it has the admin token. */
async function seedAccount({ letterhead, token }: TestServer): Promise<SeededAccount> {
  const { id: account } = await letterhead.accounts.create.mutate({ name: 'Fuzz' });
  const { id } = await letterhead.domains.create.mutate({ account, domain: 'fuzz.example.org' });
  const share = await letterhead.shares.create.mutate({ account, id });
  const writer = await letterhead.tokens.create.mutate({
    account,
    name: 'Writer',
    scopes: ['domains:read', 'domains:write'],
  });
  return {
    ids: { account, id, share: share.id, token: writer.id },
    tokens: {
      admin: token,
      writer: writer.token,
      share: share.token,
      wrong: `lh_${'A'.repeat(43)}`,
      none: null,
    },
  };
}

async function everything({ letterhead }: TestServer): Promise<unknown> {
  const accounts = await letterhead.accounts.list.query();
  return Promise.all(
    accounts.map(async (account) => ({
      account,
      domains: await letterhead.domains.list.query({ account: account.id }),
      tokens: (await letterhead.tokens.list.query({ account: account.id })).map(
        ({ last_used_at: _, ...one }) => one,
      ),
      events: await letterhead.events.list.query({ account: account.id, limit: 1000 }),
    })),
  );
}
