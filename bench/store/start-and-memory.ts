import type { Finding } from '../finding.ts';
import { atMost, formatFigure } from '../finding.ts';
import { HttpClient } from '../http-client.ts';
import { timeFirstAnswer } from '../launch.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import type { FolderSize } from './grow-folder.ts';
import { copyGrownFolder, FIRST_FILLED_ACCOUNT, ofDomains } from './grown-folders.ts';

const DOMAINS = 100_000;
const STARTS = 5;

/** What many domains cost at a start, and in memory. */
export async function startAndMemory(): Promise<Finding> {
  await using folder = await makeTemporaryFolder();
  const size = ofDomains(DOMAINS);
  await copyGrownFolder(size, folder);
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT + size.accounts - 1}/domains`;
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1)
    times.push(await timeFirstAnswer(dataFolderIn(folder), path));
  const filled = await residentMemory(folder, size);
  await using empty = await makeTemporaryFolder();
  const base = await residentMemory(empty, { accounts: 0, domainsPerAccount: 0 });
  const perDomain = (filled - base) / DOMAINS / 1024;
  const seconds = median(times) / 1000;
  return {
    title: 'With 100,000 domains: start and memory',
    how: `\`letterhead serve\` through its launcher, ${STARTS} times, to the first answer to a list of domains; then the resident memory of a server that has listed the domains of every account, and of one with an empty folder.`,
    table: {
      columns: ['', 'start', 'resident memory', 'above the empty one, a domain'],
      rows: [
        [
          '100,000 domains',
          `${formatFigure(seconds)} s`,
          inMegabytes(filled),
          `${formatFigure(perDomain)} KB`,
        ],
        ['empty', '', inMegabytes(base), ''],
      ],
    },
    targets: [
      atMost('start to the first answer', 2, seconds, ' s'),
      atMost('resident memory a domain', 5, perDomain, ' KB'),
    ],
  };
}

async function residentMemory(folder: { readonly path: string }, { accounts }: FolderSize): Promise<number> {
  await using letterhead = await startLetterhead(dataFolderIn(folder));
  using client = new HttpClient(letterhead.url, TOKEN);
  for (let at = 0; at < accounts; at += 1) {
    await client.get(`/api/v1/accounts/${FIRST_FILLED_ACCOUNT + at}/domains`);
  }
  return (await letterhead.ask('usage', null)).memory;
}

function inMegabytes(bytes: number): string {
  return `${formatFigure(bytes / 2 ** 20)} MB`;
}
