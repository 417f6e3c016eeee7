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
import { diagnoseAll } from '../verification/diagnosed-folder.ts';

const PATH = '/vault/v1/dkim/example.org';
const SETTINGS = { environment: { KEY_DELIVERY: 'true', SIGN_LIMIT_PER_MINUTE: '999999999' } };

/** What it costs that a mail server fetches a domain's key, as rspamd does for each message. */
export async function fetchKeys(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const dataDir = dataFolderIn(folder);
  const token = await createVerifiedDomain(dataDir);
  await using letterhead = await startLetterhead(dataDir, SETTINGS);
  using client = new HttpClient(letterhead.url, token);
  const file = join(folder.path, 'keys.json');
  await writeFile(file, await client.get(PATH));
  await using bytes = await startProcess({
    script: 'processes/fastify-bytes.ts',
    options: { route: '/vault/v1/dkim/:name', file },
  });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', server: letterhead, path: PATH, token },
    { name: 'Fastify alone, the same bytes', server: bytes, path: PATH, token: null },
  ]);
  const [own, raw] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || raw === undefined) throw new Error('A figure is missing.');
  return {
    title: 'Fetching a domain’s key',
    how: HTTP_METHOD,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of Fastify alone', 0.5, own / raw)],
  };
}

/** Resolves to a token that may fetch its key. */
async function createVerifiedDomain(dataDir: string): Promise<string> {
  const token = await createDomain(dataDir);
  await diagnoseAll(dataDir);
  return token;
}

async function createDomain(dataDir: string): Promise<string> {
  await using letterhead = await startLetterhead(dataDir, SETTINGS);
  using client = new HttpClient(letterhead.url, TOKEN);
  await client.post('/api/v1/accounts/1/domains', { domain: 'example.org' });
  const made = await client.post('/api/v1/accounts/1/tokens', { name: 'rspamd', scopes: ['keys:read'] });
  return JSON.parse(made).data.token;
}
