import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveOneDomain } from './one-domain.ts';

/** What it costs to get one domain over REST. */
export async function getOverRest(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const { letterhead, path, file } = await serveOneDomain(folder);
  await using ours = letterhead;
  await using bytes = await startProcess({
    script: 'processes/fastify-bytes.ts',
    options: { route: '/api/v1/accounts/:account/domains/:id', file },
  });
  await using adapter = await startProcess({ script: 'processes/trpc-to-openapi.ts', options: { file } });
  await using orpc = await startProcess({ script: 'processes/orpc-openapi.ts', options: { file } });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', server: ours, path, token: TOKEN },
    { name: 'Fastify alone, the same bytes', server: bytes, path, token: null },
    { name: 'trpc-to-openapi, the same schemas, no token', server: adapter, path, token: null },
    { name: '@orpc/trpc, the same schemas, no token', server: orpc, path, token: null },
  ]);
  const [own, raw, stock, bridge] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || raw === undefined || stock === undefined || bridge === undefined)
    throw new Error('A figure is missing.');
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
