import { HttpClient } from '../http-client.ts';
import { timeFirstAnswer } from '../launch.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import type { FolderSize } from '../store/grow-folder.ts';
import {
  copyGrownFolder,
  FIRST_FILLED_ACCOUNT,
  ONE_LARGE_ACCOUNT,
  ofDomains,
  settle,
} from '../store/grown-folders.ts';
import { residentMemory } from '../store/start-and-memory.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { diagnoseAll } from './diagnosed-folder.ts';

const DOMAINS = 100_000;
const STARTS = 5;
const WARM_UP = 50;
const CREATES = 300;

type TemporaryFolder = { readonly path: string };

/** Whether evidence costs anything where nobody reads it. */
export async function storeWithEvidence(): Promise<Result> {
  const many = await startsAndMemory();
  const creates = await createsInLargeAccounts();
  return {
    title: 'The store, with evidence of every domain',
    how: `With evidence, every domain is verified, and has the file that its last check left. The start of \`letterhead serve\` to the first answer to a list of domains, with 100,000 of them, the median of ${STARTS}; resident memory above that of an empty server; ${CREATES} creates over REST, one at a time, in an account with 1,000 domains. With and without in turns.`,
    table: {
      columns: ['', 'start', 'memory a domain', 'create p50'],
      rows: [
        cells('without evidence', many.without, creates.without),
        cells('with evidence of every domain', many.with, creates.with),
      ],
    },
    targets: [
      atMost('start with 100,000 domains, median', 2, many.with.seconds, ' s'),
      atMost('resident memory a domain, started', 5, many.with.kilobytes, ' KB'),
      atMost('create p50 in an account with 1,000 domains', 20, creates.with, ' ms'),
    ],
  };
}

/** What was measured with evidence and without. */
interface Pair<T> {
  readonly without: T;
  readonly with: T;
}

interface StartAndMemory {
  readonly seconds: number;
  /** A domain. */
  readonly kilobytes: number;
}

function cells(name: string, { seconds, kilobytes }: StartAndMemory, create: number): string[] {
  return [name, `${formatFigure(seconds)} s`, `${formatFigure(kilobytes)} KB`, `${formatFigure(create)} ms`];
}

async function startsAndMemory(): Promise<Pair<StartAndMemory>> {
  const size = ofDomains(DOMAINS);
  await using plain = await makeTemporaryFolder();
  await using diagnosed = await makeTemporaryFolder();
  await copyBoth(size, plain, diagnosed);
  const path = `/api/v1/accounts/${FIRST_FILLED_ACCOUNT + size.accounts - 1}/domains`;
  const times: Pair<number[]> = { without: [], with: [] };
  for (let start = 0; start < STARTS; start += 1) {
    times.without.push(await timeFirstAnswer(dataFolderIn(plain), path));
    times.with.push(await timeFirstAnswer(dataFolderIn(diagnosed), path));
  }
  await using nothing = await makeTemporaryFolder();
  const empty = await residentMemory(nothing, { accounts: 0, domainsPerAccount: 0 });
  const figures = async (folder: TemporaryFolder, starts: readonly number[]) => {
    const { started } = await residentMemory(folder, size);
    return { seconds: median(starts) / 1000, kilobytes: (started - empty.started) / DOMAINS / 1024 };
  };
  return { without: await figures(plain, times.without), with: await figures(diagnosed, times.with) };
}

/** Milliseconds, the medians. */
async function createsInLargeAccounts(): Promise<Pair<number>> {
  await using plain = await makeTemporaryFolder();
  await using diagnosed = await makeTemporaryFolder();
  await copyBoth(ONE_LARGE_ACCOUNT, plain, diagnosed);
  await using without = await startLetterhead(dataFolderIn(plain));
  await using filled = await startLetterhead(dataFolderIn(diagnosed));
  const times: Pair<number[]> = { without: [], with: [] };
  for (let create = 0; create < WARM_UP + CREATES; create += 1) {
    times.without.push(await timeCreate(without, create));
    times.with.push(await timeCreate(filled, create));
  }
  return { without: median(times.without.slice(WARM_UP)), with: median(times.with.slice(WARM_UP)) };
}

async function timeCreate({ url }: MeasuredProcess, number: number): Promise<number> {
  using client = new HttpClient(url, TOKEN);
  const begin = performance.now();
  await client.post(`/api/v1/accounts/${FIRST_FILLED_ACCOUNT}/domains`, {
    domain: `created-${number}.example.net`,
  });
  return performance.now() - begin;
}

async function copyBoth(size: FolderSize, plain: TemporaryFolder, diagnosed: TemporaryFolder): Promise<void> {
  await copyGrownFolder(size, plain);
  await copyGrownFolder(size, diagnosed);
  await diagnoseAll(dataFolderIn(diagnosed));
  await settle();
}
