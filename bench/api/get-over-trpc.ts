import { startContender } from '../contender.ts';
import type { Finding } from '../finding.ts';
import { atLeast } from '../finding.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { TOKEN } from '../letterhead-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveOneDomain } from './one-domain.ts';

/** What it costs to get one domain over tRPC. */
export async function getOverTrpc(): Promise<Finding> {
  await using folder = await makeTemporaryFolder();
  const { letterhead, id, file } = await serveOneDomain(folder);
  await using ours = letterhead;
  await using stock = await startContender({ script: 'peers/trpc-fastify.ts', options: { file } });
  const input = encodeURIComponent(JSON.stringify({ json: { account: 1, id } }));
  const path = `/trpc/domains.get?input=${input}`;
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', contender: ours, path, token: TOKEN },
    { name: 'tRPC’s Fastify plugin, the same schemas, no token', contender: stock, path, token: null },
  ]);
  const [own, peer] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || peer === undefined) throw new Error('A contender is missing.');
  return {
    title: 'Getting one domain over tRPC',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of tRPC’s plugin', 1.3, own / peer)],
  };
}
