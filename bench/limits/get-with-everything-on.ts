import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpClient } from '../http-client.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { dataFolderIn, keysFile, serverEnvironment, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

/** What limits, fixed headers, request ids, the log and the metrics take away from getting one domain. */
export async function getWithEverythingOn(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const path = await createOneDomain(dataFolderIn(folder));
  const copy = join(folder.path, 'copy');
  await cp(dataFolderIn(folder), copy, { recursive: true });
  await using on = await startLetterhead(dataFolderIn(folder));
  await using off = await startProcess({
    script: 'processes/bare-rest.ts',
    options: { environment: serverEnvironment(copy), keysFile: keysFile() },
  });
  const figures = await measureHttp([
    { name: 'with limits, headers, request ids, log and metrics', server: on, path, token: TOKEN },
    { name: 'the same routes and services without', server: off, path, token: TOKEN },
  ]);
  const [withAll, without] = figures;
  if (withAll === undefined || without === undefined) throw new Error('A figure is missing.');
  return {
    title: 'What limits, headers, log and metrics cost',
    how: `Getting one domain over REST. ${HTTP_METHOD} The token is checked by both; the one counts it against a limit that is never reached, and logs at \`info\`.`,
    table: httpTable(figures),
    targets: [
      atMost(
        'requests a second lost',
        15,
        100 * (1 - withAll.requestsPerSecond / without.requestsPerSecond),
        ' %',
      ),
    ],
  };
}

/** Where REST serves it. */
async function createOneDomain(dataDir: string): Promise<string> {
  await using letterhead = await startLetterhead(dataDir);
  using client = new HttpClient(letterhead.url, TOKEN);
  const created = await client.post('/api/v1/accounts/1/domains', { domain: 'mail.example.org' });
  const { id }: { id: number } = JSON.parse(created).data;
  return `/api/v1/accounts/1/domains/${id}`;
}
