import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveOneDomain } from './one-domain.ts';

/** What it costs to get one domain over tRPC. */
export async function getOverTrpc(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const { letterhead, id, file } = await serveOneDomain(folder);
  await using ours = letterhead;
  await using stock = await startProcess({ script: 'processes/trpc-fastify.ts', options: { file } });
  const input = encodeURIComponent(JSON.stringify({ json: { account: 1, id } }));
  const path = `/trpc/domains.get?input=${input}`;
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', server: ours, path, token: TOKEN },
    { name: 'tRPC’s Fastify plugin, the same schemas, no token', server: stock, path, token: null },
  ]);
  const [own, plugin] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || plugin === undefined) throw new Error('A figure is missing.');
  return {
    title: 'Getting one domain over tRPC',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of tRPC’s plugin', 1.3, own / plugin)],
  };
}
