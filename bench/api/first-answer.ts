import { timeBareFastify, timeFirstAnswer } from '../launch.ts';
import { dataFolderIn } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

const STARTS = 9;

/** How long a new installation takes to answer. */
export async function firstAnswer(): Promise<Result> {
  const own: number[] = [];
  const bare: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    own.push(await startOnce());
    bare.push(await startBareFastify());
  }
  return {
    title: 'From start to the first answer, with an empty folder',
    how: `\`letterhead serve\` through its launcher, ${STARTS} times on a new folder each; the answer is to \`GET /token\`, asked every few milliseconds. In turn with it, a Fastify server with one route, which stores nothing.`,
    table: {
      columns: ['', 'shortest', 'median', 'longest'],
      rows: [timesRow('Letterhead', own), timesRow('Fastify alone', bare)],
    },
    targets: [atMost('start, of a bare Fastify’s', 2.5, median(own) / median(bare), ' ×')],
  };
}

function timesRow(name: string, times: readonly number[]): string[] {
  const shown = [Math.min(...times), median(times), Math.max(...times)];
  return [name, ...shown.map((milliseconds) => `${formatFigure(milliseconds / 1000)} s`)];
}

async function startOnce(): Promise<number> {
  await using folder = await makeTemporaryFolder();
  return await timeFirstAnswer(dataFolderIn(folder), '/api/v1/token');
}

async function startBareFastify(): Promise<number> {
  await using folder = await makeTemporaryFolder();
  return await timeBareFastify(folder.path);
}
