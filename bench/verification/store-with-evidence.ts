import type { Finding } from '../finding.ts';
import { atMost, formatFigure } from '../finding.ts';
import { HttpClient } from '../http-client.ts';
import { timeFirstAnswer } from '../launch.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { median } from '../statistics.ts';
import type { FolderSize } from '../store/grow-folder.ts';
import {
  copyGrownFolder,
  FIRST_FILLED_ACCOUNT,
  ONE_LARGE_ACCOUNT,
  ofDomains,
} from '../store/grown-folders.ts';
import { residentMemory } from '../store/start-and-memory.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { diagnoseAll } from './diagnosed-folder.ts';

const DOMAINS = 100_000;
const STARTS = 5;
const WARM_UP = 50;
const CREATES = 300;

/** Whether evidence costs anything where nobody reads it. */
export async function storeWithEvidence(): Promise<Finding> {
  const { seconds, perDomain } = await startAndMemory();
  const create = await createInLargeAccount();
  return {
    title: 'The store, with evidence of every domain',
    how: `Every domain is verified, and has the file that its last check left. The start of \`letterhead serve\` to the first answer to a list of domains, the median of ${STARTS}; resident memory above that of an empty server; ${CREATES} creates over REST, one at a time, in an account with 1,000 domains.`,
    table: {
      columns: ['', 'start', 'memory a domain', 'create p50'],
      rows: [
        [
          'with evidence',
          `${formatFigure(seconds)} s`,
          `${formatFigure(perDomain)} KB`,
          `${formatFigure(create)} ms`,
        ],
      ],
    },
    targets: [
      atMost('start with 100,000 domains, median', 2, seconds, ' s'),
      atMost('resident memory a domain, started', 5, perDomain, ' KB'),
      atMost('create p50 in an account with 1,000 domains', 20, create, ' ms'),
    ],
  };
}

async function startAndMemory(): Promise<{ seconds: number; perDomain: number }> {
  await using folder = await makeTemporaryFolder();
  const size = ofDomains(DOMAINS);
  await copyDiagnosedFolder(size, folder);
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT + size.accounts - 1}/domains`;
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1)
    times.push(await timeFirstAnswer(dataFolderIn(folder), path));
  const filled = await residentMemory(folder, size);
  await using nothing = await makeTemporaryFolder();
  const empty = await residentMemory(nothing, { accounts: 0, domainsPerAccount: 0 });
  return { seconds: median(times) / 1000, perDomain: (filled.started - empty.started) / DOMAINS / 1024 };
}

/** Milliseconds, the median. */
async function createInLargeAccount(): Promise<number> {
  await using folder = await makeTemporaryFolder();
  await copyDiagnosedFolder(ONE_LARGE_ACCOUNT, folder);
  await using letterhead = await startLetterhead(dataFolderIn(folder));
  using client = new HttpClient(letterhead.url, TOKEN);
  const times: number[] = [];
  for (let create = 0; create < WARM_UP + CREATES; create += 1) {
    const begin = performance.now();
    await client.post(`/api/v1/accounts/${FIRST_FILLED_ACCOUNT}/domains`, {
      domain: `created-${create}.example.net`,
    });
    times.push(performance.now() - begin);
  }
  return median(times.slice(WARM_UP));
}

async function copyDiagnosedFolder(size: FolderSize, folder: { readonly path: string }): Promise<void> {
  await copyGrownFolder(size, folder);
  await diagnoseAll(dataFolderIn(folder));
}
