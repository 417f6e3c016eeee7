import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { copyGrownFolder, ofDomains } from '../store/grown-folders.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { diagnoseAll, spreadChecks } from './diagnosed-folder.ts';
import { commonZone, internetSettings, startInternet } from './internet.ts';

const DOMAINS = 100_000;
/** Seconds. */
const MEASURED = 60;
/** After the start, so that none of its work is left. */
const SETTLE = 15;
/** Milliseconds. */
const HOUR = 3_600_000;
/** Those that are due by the end, and some more. */
const DUE_FIRST = 1000;
const LATENCY = 20;

/** CPU time of a server that only makes scheduled checks. */
export async function scheduledChecks(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  await copyGrownFolder(ofDomains(DOMAINS), folder);
  const dataDir = dataFolderIn(folder);
  await diagnoseAll(dataDir);
  await spreadChecks(dataDir, new Date(Date.now() + HOUR), 0);
  const idle = await measureOnce(dataDir, {});
  const first = await spreadChecks(dataDir, new Date(), DUE_FIRST);
  const zones = commonZone('example.org', first);
  await using internet = await startInternet(folder, { zones, latency: LATENCY });
  const steady = await measureOnce(dataDir, internetSettings(internet));
  return {
    title: 'Watching over 100,000 verified domains',
    how: `CPU time of the server’s process over ${MEASURED} s, beginning ${SETTLE} s after its start. Steadily due: as their checks are spread over the six hours between two of them; name servers answer after ${LATENCY} ms, and all records are as they should be.`,
    table: {
      columns: ['', 'checks a second', 'of one core'],
      rows: [cells('nothing due', idle), cells('steadily due', steady)],
    },
    targets: [
      atMost('of one core, nothing due', 1, idle.percent, ' %'),
      atMost('of one core, steadily due', 5, steady.percent, ' %'),
    ],
  };
}

interface Measured {
  readonly checks: number;
  /** Of a core. */
  readonly percent: number;
}

async function measureOnce(dataDir: string, environment: Record<string, string>): Promise<Measured> {
  await using letterhead = await startLetterhead(dataDir, { environment });
  await sleep(SETTLE * 1000);
  const checked = await countChecks(letterhead);
  const before = await letterhead.call('usage', null);
  await sleep(MEASURED * 1000);
  const after = await letterhead.call('usage', null);
  const checks = (await countChecks(letterhead)) - checked;
  return { checks: checks / MEASURED, percent: (after.cpu - before.cpu) / 1e4 / MEASURED };
}

/** Those that found the record as it should be: every other one is news, and not what is to be measured. */
async function countChecks({ url }: MeasuredProcess): Promise<number> {
  using client = new HttpClient(url, TOKEN);
  const metrics = await client.get('/metrics');
  const counts = [...metrics.matchAll(/^letterhead_check_seconds_count\{.*code="(\w+)".*\} (\d+)$/gm)];
  const news = counts.find(([, code]) => code !== 'OK');
  if (news !== undefined) throw new Error(`A check ended with ${news[1]}.`);
  return Number(counts[0]?.[2] ?? 0);
}

function cells(name: string, { checks, percent }: Measured): string[] {
  return [name, formatFigure(checks), `${formatFigure(percent)} %`];
}
