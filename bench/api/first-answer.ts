import type { Finding } from '../finding.ts';
import { atMost, formatFigure } from '../finding.ts';
import { timeFirstAnswer } from '../launch.ts';
import { dataFolderIn } from '../letterhead-server.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

const STARTS = 9;

/** How long a new installation takes to answer. */
export async function firstAnswer(): Promise<Finding> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1) times.push(await startOnce());
  const middle = median(times) / 1000;
  return {
    title: 'From start to the first answer, with an empty folder',
    how: `\`letterhead serve\` through its launcher, ${STARTS} times on a new folder each; the answer is to \`GET /token\`, asked every few milliseconds.`,
    table: {
      columns: ['', 'shortest', 'median', 'longest'],
      rows: [
        [
          'Letterhead',
          ...[Math.min(...times) / 1000, middle, Math.max(...times) / 1000].map(
            (s) => `${formatFigure(s)} s`,
          ),
        ],
      ],
    },
    targets: [atMost('median', 0.6, middle, ' s')],
  };
}

async function startOnce(): Promise<number> {
  await using folder = await makeTemporaryFolder();
  return await timeFirstAnswer(dataFolderIn(folder), '/api/v1/token');
}
