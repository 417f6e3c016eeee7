import { HttpClient } from '../http-client.ts';
import { timeFirstAnswer } from '../launch.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import type { FolderSize } from './grow-folder.ts';
import { copyGrownFolder, FIRST_FILLED_ACCOUNT, ofDomains } from './grown-folders.ts';

const DOMAINS = 100_000;
const STARTS = 5;

/** What many domains cost at a start, and in memory. */
export async function startAndMemory(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const size = ofDomains(DOMAINS);
  await copyGrownFolder(size, folder);
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT + size.accounts - 1}/domains`;
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1)
    times.push(await timeFirstAnswer(dataFolderIn(folder), path));
  const filled = await residentMemory(folder, size);
  await using nothing = await makeTemporaryFolder();
  const empty = await residentMemory(nothing, { accounts: 0, domainsPerAccount: 0 });
  const perDomain = (memory: number) => (memory - empty.started) / DOMAINS / 1024;
  const row = (name: string, memory: number) => [
    name,
    inMegabytes(memory),
    `${formatFigure(perDomain(memory))} KB`,
  ];
  const seconds = median(times) / 1000;
  return {
    title: 'With 100,000 domains: start and memory',
    how: `\`letterhead serve\` through its launcher, ${STARTS} times, to the first answer to a list of domains: ${times.map((time) => formatFigure(time / 1000)).join(', ')} s. Then the resident memory of servers that draw their keys from a file.`,
    table: {
      columns: ['', 'resident memory', 'above the empty one, a domain'],
      rows: [
        ['empty, started', inMegabytes(empty.started), ''],
        row('100,000 domains, started', filled.started),
        row('100,000 domains, every account listed', filled.listed),
      ],
    },
    targets: [
      atMost('start to the first answer, median', 2, seconds, ' s'),
      atMost('resident memory a domain, started', 5, perDomain(filled.started), ' KB'),
    ],
  };
}

/** In bytes: once the server answers, and after the domains of every account have been listed. */
export async function residentMemory(
  folder: { readonly path: string },
  { accounts }: FolderSize,
): Promise<{ started: number; listed: number }> {
  await using letterhead = await startLetterhead(dataFolderIn(folder));
  const started = await letterhead.call('usage', null);
  using client = new HttpClient(letterhead.url, TOKEN);
  for (let at = 0; at < accounts; at += 1) {
    await client.get(`/api/v1/accounts/${FIRST_FILLED_ACCOUNT + at}/domains`);
  }
  const listed = await letterhead.call('usage', null);
  return { started: started.memory, listed: listed.memory };
}

function inMegabytes(bytes: number): string {
  return `${formatFigure(bytes / 2 ** 20)} MB`;
}
