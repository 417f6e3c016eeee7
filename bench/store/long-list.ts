import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpClient } from '../http-client.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { copyGrownFolder, FIRST_FILLED_ACCOUNT, ONE_LARGE_ACCOUNT } from './grown-folders.ts';

/** What it costs to list an account that is full. */
export async function longList(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  await copyGrownFolder(ONE_LARGE_ACCOUNT, folder);
  await using letterhead = await startLetterhead(dataFolderIn(folder));
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT}/domains`;
  const file = join(folder.path, 'list.json');
  using client = new HttpClient(letterhead.url, TOKEN);
  await writeFile(file, await client.get(path));
  await using bytes = await startProcess({
    script: 'processes/fastify-bytes.ts',
    options: { route: '/api/v1/accounts/:account/domains', file },
  });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', server: letterhead, path, token: TOKEN },
    { name: 'Fastify alone, the same bytes', server: bytes, path, token: null },
  ]);
  const [own, raw] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || raw === undefined) throw new Error('A figure is missing.');
  return {
    title: 'Listing an account with 1,000 domains over REST',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of Fastify alone', 0.6, own / raw)],
  };
}
