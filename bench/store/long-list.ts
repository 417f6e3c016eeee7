import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startContender } from '../contender.ts';
import type { Finding } from '../finding.ts';
import { atLeast } from '../finding.ts';
import { HttpClient } from '../http-client.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { copyGrownFolder, FIRST_FILLED_ACCOUNT, ONE_LARGE_ACCOUNT } from './grown-folders.ts';

/** What it costs to list an account that is full. */
export async function longList(): Promise<Finding> {
  await using folder = await makeTemporaryFolder();
  await copyGrownFolder(ONE_LARGE_ACCOUNT, folder);
  await using letterhead = await startLetterhead(dataFolderIn(folder));
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT}/domains`;
  const file = join(folder.path, 'list.json');
  using client = new HttpClient(letterhead.url, TOKEN);
  await writeFile(file, await client.get(path));
  await using bytes = await startContender({
    script: 'peers/fastify-bytes.ts',
    options: { route: '/api/v1/accounts/:account/domains', file },
  });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', contender: letterhead, path, token: TOKEN },
    { name: 'Fastify alone, the same bytes', contender: bytes, path, token: null },
  ]);
  const [own, raw] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || raw === undefined) throw new Error('A contender is missing.');
  return {
    title: 'Listing an account with 1,000 domains over REST',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of Fastify alone', 0.6, own / raw)],
  };
}
