import { afterAll, beforeAll, describe, inject } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { DnsTree } from './dns-tree.ts';
import { RESOLVER_NAMES, type ResolverName, type RunningResolver, startResolver } from './resolver.ts';
import { Site } from './site.ts';

/** A DNS of its own, and a Letterhead that asks it through one resolver. */
export class Internet implements AsyncDisposable {
  readonly tree: DnsTree;
  readonly resolver: RunningResolver;
  readonly server: TestServer;
  #domains = 0;

  private constructor(tree: DnsTree, resolver: RunningResolver, server: TestServer) {
    this.tree = tree;
    this.resolver = resolver;
    this.server = server;
  }

  static async start(resolverName: ResolverName): Promise<Internet> {
    await using started = new AsyncDisposableStack();
    const tree = started.use(await DnsTree.start());
    const [rootAddress = ''] = tree.root.addresses;
    const place = { address: tree.resolverAddress, folder: tree.folderOf('resolver') };
    const how = { ...place, rootAddress, rootKey: tree.rootKey.line };
    const resolver = tree.use(await startResolver(resolverName, how));
    const server = await startTestServer({
      environment: {
        DNS_SERVERS: tree.resolverAddress,
        DNS_AUTHORITY_PORT: '53',
        RETURN_PATH_HOST: 'bounces.nsd.example',
      },
    });
    started.move();
    return new Internet(tree, resolver, tree.use(server));
  }

  /** Creates a domain that nobody has registered yet, or a subdomain of one, such as `mail.`. */
  async newSite(subdomain = ''): Promise<Site> {
    const name = `${subdomain}d${++this.#domains}.test`;
    const { letterhead } = this.server;
    const { id: account } = await letterhead.accounts.create.mutate({ name });
    const domain = await letterhead.domains.create.mutate({ account, domain: name });
    return new Site(this, domain);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.tree[Symbol.asyncDispose]();
  }
}

/**
 * Defines tests behind each of some resolvers, each with an internet of its own. A run with `--mode engines` takes all
 * resolvers.
 */
export function describeBehind(
  usual: readonly ResolverName[],
  define: (internet: () => Internet, resolver: ResolverName) => void,
): void {
  for (const name of inject('allResolvers') ? RESOLVER_NAMES : usual) {
    describe.concurrent(`behind ${name}`, () => {
      let internet: Internet | undefined;
      beforeAll(async () => {
        internet = await Internet.start(name);
      });
      afterAll(() => internet?.[Symbol.asyncDispose]());
      define(() => {
        if (internet === undefined) throw new Error('the internet has not been started');
        return internet;
      }, name);
    });
  }
}
