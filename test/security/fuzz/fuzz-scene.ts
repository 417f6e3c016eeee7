import fc from 'fast-check';
import { expect } from 'vitest';
import { checkFolder } from '../../../server/store/json/check-folder.ts';
import type { TestServer } from '../../running-server.ts';
import { startTestServer } from '../../running-server.ts';

/** What requests are about, by name: its ids change when a request has deleted it. */
export interface Ids {
  readonly account: number;
  readonly id: number;
  readonly share: number;
  readonly token: number;
}

/** Who asks. */
export type Asker = 'admin' | 'writer' | 'share' | 'wrong' | 'none';

/** Mostly those who come further than to the guard. */
export const askers = fc.constantFrom<Asker[]>(
  'admin',
  'admin',
  'admin',
  'writer',
  'writer',
  'share',
  'wrong',
  'none',
);

/** A server with something to ask for, which is made anew when a request has taken it away. */
export class FuzzScene implements AsyncDisposable {
  readonly server: TestServer;
  #ids: Ids;
  #tokens: Readonly<Record<Asker, string | null>>;

  private constructor(server: TestServer, furnished: Furnished) {
    this.server = server;
    this.#ids = furnished.ids;
    this.#tokens = furnished.tokens;
  }

  static async set(): Promise<FuzzScene> {
    const server = await startTestServer({
      environment: {
        RATE_LIMIT_PER_MINUTE: '0',
        RETURN_PATH_HOST: 'bounces.example',
        MAX_DOMAINS_PER_ACCOUNT: '20',
      },
    });
    return new FuzzScene(server, await furnish(server));
  }

  get ids(): Ids {
    return this.#ids;
  }

  authorizationOf(asker: Asker): string | undefined {
    const token = this.#tokens[asker];
    return token === null ? undefined : `Bearer ${token}`;
  }

  /** After a request that may have deleted, suspended or revoked what the next ones are about. */
  async refresh(): Promise<void> {
    const { ids, tokens } = await furnish(this.server);
    this.#ids = ids;
    this.#tokens = tokens;
  }

  /** Whether what is stored is whole, and what a start finds is what was there. */
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

interface Furnished {
  readonly ids: Ids;
  readonly tokens: Readonly<Record<Asker, string | null>>;
}

/** An account with a domain, a share link and a token: never account 1, whose token makes all of them. */
async function furnish({ letterhead, token }: TestServer): Promise<Furnished> {
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
