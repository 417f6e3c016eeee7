import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contender.ts';
import type { Finding } from '../finding.ts';
import { atMost, formatFigure } from '../finding.ts';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

/** Milliseconds that the pool has at the start to fill. */
const FILL_FOR = 6000;
/** So many keys are taken at once, so that the pool has to refill during all that follows. */
const DRAIN = 24;
const CREATES = 100;
/** Milliseconds between creates: a little slower than keys are made. */
const PACE = 150;

/** How long a create takes while the thread that makes keys works beside it. */
export async function createWhileRefilling(): Promise<Finding> {
  await using folder = await makeTemporaryFolder();
  await using letterhead = await startLetterhead(dataFolderIn(folder), { keys: 'pool' });
  await sleep(FILL_FOR);
  using client = new HttpClient(letterhead.url, TOKEN);
  for (let number = 0; number < DRAIN; number += 1) await create(client, number);
  const taken = (await letterhead.ask('keysReady', null)).length;
  const times = await createAtPace(client);
  const measured = await withKeyReady(letterhead, taken, times);
  const p95 = percentile(measured, 0.95);
  return {
    title: 'Creating a domain while the pool of keys refills',
    how: `Real keys. After ${DRAIN} creates at once, ${CREATES} more, one every ${PACE} ms, while the worker thread makes keys; those whose key was ready count.`,
    table: {
      columns: ['', 'creates', 'p50', 'p95', 'longest'],
      rows: [
        [
          'Letterhead',
          String(measured.length),
          ...[0.5, 0.95, 1].map((share) => inMs(percentile(measured, share))),
        ],
      ],
    },
    targets: [atMost('p95', 10, p95, ' ms')],
  };
}

async function createAtPace(client: HttpClient): Promise<number[]> {
  const times: number[] = [];
  for (let number = DRAIN; number < DRAIN + CREATES; number += 1) {
    const begin = performance.now();
    await create(client, number);
    times.push(performance.now() - begin);
    await sleep(PACE);
  }
  return times;
}

/** One create at a time takes one key each, so that the two lists go side by side. */
async function withKeyReady(
  letterhead: Contender,
  taken: number,
  times: readonly number[],
): Promise<number[]> {
  const ready = (await letterhead.ask('keysReady', null)).slice(taken);
  if (ready.length !== times.length) throw new Error('Each create should have taken one key.');
  return times.filter((_, at) => ready[at] === true);
}

function create(client: HttpClient, number: number): Promise<string> {
  return client.post('/api/v1/accounts/1/domains', { domain: `domain-${number}.example.org` });
}

function inMs(time: number): string {
  return `${formatFigure(time)} ms`;
}
