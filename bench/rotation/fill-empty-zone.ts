import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { copyDelegatedFolder, DOMAINS, startKnot, zoneSettings } from './key-zone.ts';

const RUNS = 3;
/** Milliseconds. */
const LOOK_EVERY = 10;

/** How long a start takes to bring all keys into a zone that has none of them. */
export async function fillEmptyZone(): Promise<Result> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await timeFill());
  const seconds = median(times);
  return {
    title: `${formatFigure(DOMAINS)} keys into an empty zone`,
    how: `A server starts on a folder with ${formatFigure(DOMAINS)} delegated domains, two names each, over a zone that has none of them. From when it listens until it has compared the zone, sent all that is missing, and the primary has confirmed it. ${RUNS} runs, the median.`,
    table: {
      columns: ['', 'seconds', 'names/s'],
      rows: [['Letterhead', formatFigure(seconds), formatFigure((2 * DOMAINS) / seconds)]],
    },
    targets: [atMost('an empty zone filled', 10, seconds, ' s')],
  };
}

async function timeFill(): Promise<number> {
  await using folder = await makeTemporaryFolder();
  await copyDelegatedFolder(folder);
  await using knot = await startKnot();
  await using letterhead = await startLetterhead(dataFolderIn(folder), { environment: zoneSettings(knot) });
  const begin = performance.now();
  using client = new HttpClient(letterhead.url, TOKEN);
  const isFilled = async () => {
    const { data } = JSON.parse(await client.get('/api/v1/key-zone'));
    return data.compared_at !== null && data.waiting === 0;
  };
  while (!(await isFilled())) await sleep(LOOK_EVERY);
  const seconds = (performance.now() - begin) / 1000;
  const names = (await knot.content()).filter((line) => line.includes(' TXT ')).length;
  if (names !== 2 * DOMAINS) throw new Error(`The zone has ${names} names.`);
  return seconds;
}
