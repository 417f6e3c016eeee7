import { startContender } from '../contender.ts';
import type { Finding } from '../finding.ts';
import { atLeast } from '../finding.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { TOKEN } from '../letterhead-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveOneDomain } from './one-domain.ts';

/** What it costs to get one domain over REST. */
export async function getOverRest(): Promise<Finding> {
  await using folder = await makeTemporaryFolder();
  const { letterhead, path, file } = await serveOneDomain(folder);
  await using ours = letterhead;
  await using bytes = await startContender({
    script: 'peers/fastify-bytes.ts',
    options: { route: '/api/v1/accounts/:account/domains/:id', file },
  });
  await using adapter = await startContender({ script: 'peers/trpc-to-openapi.ts', options: { file } });
  await using orpc = await startContender({ script: 'peers/orpc-openapi.ts', options: { file } });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', contender: ours, path, token: TOKEN },
    { name: 'Fastify alone, the same bytes', contender: bytes, path, token: null },
    { name: 'trpc-to-openapi, the same schemas, no token', contender: adapter, path, token: null },
    { name: '@orpc/trpc, the same schemas, no token', contender: orpc, path, token: null },
  ]);
  const [own, raw, stock, bridge] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || raw === undefined || stock === undefined || bridge === undefined)
    throw new Error('A contender is missing.');
  return {
    title: 'Getting one domain over REST',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [
      atLeast('requests a second, of Fastify alone', 0.6, own / raw),
      atLeast('requests a second, of trpc-to-openapi', 2.5, own / stock, ' ×'),
      atLeast('requests a second, of @orpc/trpc', 1, own / bridge, ' ×'),
    ],
  };
}
