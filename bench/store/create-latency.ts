import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median, percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import type { FolderSize } from './grow-folder.ts';
import { copyGrownFolder, FIRST_FILLED_ACCOUNT, ONE_LARGE_ACCOUNT, ofDomains } from './grown-folders.ts';

const WARM_UP = 50;
const CREATES = 300;

/** How long one create takes, by how much there is already. */
export async function createLatency(): Promise<Result> {
  await using small = await FilledServer.start(ofDomains(1000));
  await using large = await FilledServer.start(ofDomains(100_000));
  await using full = await FilledServer.start(ONE_LARGE_ACCOUNT);
  const servers = [small, large, full];
  for (let create = 0; create < WARM_UP + CREATES; create += 1) {
    for (const server of servers) await server.timeCreate();
  }
  const [ofSmall, ofLarge, ofFull] = servers.map((server) => server.times.slice(WARM_UP));
  if (ofSmall === undefined || ofLarge === undefined || ofFull === undefined)
    throw new Error('Nothing was measured.');
  return {
    title: 'One create at a time',
    how: `Over REST, ${CREATES} creates each after a warm-up, in turns between servers that run side by side.`,
    table: {
      columns: ['domains there are', 'p50', 'p95'],
      rows: [
        ['1,000, ten an account', ...quantiles(ofSmall)],
        ['100,000, ten an account', ...quantiles(ofLarge)],
        ['1,000, and more, in the one account', ...quantiles(ofFull)],
      ],
    },
    targets: [
      atMost('p50 at 100,000 domains, of that at 1,000', 1.2, median(ofLarge) / median(ofSmall)),
      atMost('p50 in an account with 1,000 domains', 20, median(ofFull), ' ms'),
    ],
  };
}

class FilledServer implements AsyncDisposable {
  readonly times: number[] = [];
  readonly #client: HttpClient;
  readonly #accounts: number;
  readonly #resources: AsyncDisposableStack;

  static async start(size: FolderSize): Promise<FilledServer> {
    await using resources = new AsyncDisposableStack();
    const folder = resources.use(await makeTemporaryFolder());
    await copyGrownFolder(size, folder);
    const letterhead = resources.use(await startLetterhead(dataFolderIn(folder)));
    const client = resources.use(new HttpClient(letterhead.url, TOKEN));
    return new FilledServer(client, size.accounts, resources.move());
  }

  private constructor(client: HttpClient, accounts: number, resources: AsyncDisposableStack) {
    this.#client = client;
    this.#accounts = accounts;
    this.#resources = resources;
  }

  async timeCreate(): Promise<void> {
    const number = this.times.length;
    const account = FIRST_FILLED_ACCOUNT + (number % this.#accounts);
    const begin = performance.now();
    await this.#client.post(`/api/v1/accounts/${account}/domains`, {
      domain: `created-${number}.example.net`,
    });
    this.times.push(performance.now() - begin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function quantiles(times: readonly number[]): string[] {
  return [0.5, 0.95].map((share) => `${formatFigure(percentile(times, share))} ms`);
}
