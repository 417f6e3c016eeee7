import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

/** Milliseconds that the pool has at the start to fill. */
const FILL_FOR = 6000;
/** From the first of its creates on, the pool has to refill during a burst. */
const BURST = 8;
/** Milliseconds between bursts: about what as many keys take. */
const PAUSE = 800;
const WARM_UP_BURSTS = 2;
const BURSTS = 15;
const ACCOUNTS = 12;

/** How long a create takes while the thread that makes keys works beside it. */
export async function createWhileRefilling(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  await using letterhead = await startLetterhead(dataFolderIn(folder), { keys: 'pool' });
  using client = new HttpClient(letterhead.url, TOKEN);
  const accounts = await makeAccounts(client);
  await sleep(FILL_FOR);
  const times: number[] = [];
  for (let burst = 0; burst < WARM_UP_BURSTS + BURSTS; burst += 1) {
    for (let create = 0; create < BURST; create += 1)
      times.push(await timeCreate(client, accounts, times.length));
    await sleep(PAUSE);
  }
  const measured = await withKeyReady(letterhead, times);
  return {
    title: 'Creating a domain while the pool of keys refills',
    how: `Real keys. ${BURSTS} times ${BURST} creates one after the other over REST, over ${ACCOUNTS} accounts, while the worker thread makes keys; those count whose key was ready, ${measured.length} of ${BURSTS * BURST}.`,
    table: {
      columns: ['', 'p50', 'p95', 'longest'],
      rows: [['Letterhead', ...[0.5, 0.95, 1].map((share) => inMs(percentile(measured, share)))]],
    },
    targets: [atMost('p95', 10, percentile(measured, 0.95), ' ms')],
  };
}

async function makeAccounts(client: HttpClient): Promise<number[]> {
  const ids: number[] = [];
  for (let number = 1; number <= ACCOUNTS; number += 1) {
    const made = await client.post('/api/v1/accounts', { name: `Help desk ${number}` });
    ids.push(JSON.parse(made).data.id);
  }
  return ids;
}

async function timeCreate(client: HttpClient, accounts: readonly number[], number: number): Promise<number> {
  const account = accounts[number % accounts.length];
  const begin = performance.now();
  await client.post(`/api/v1/accounts/${account}/domains`, { domain: `domain-${number}.example.org` });
  return performance.now() - begin;
}

/** One create at a time takes one key each, so that the two lists go side by side. */
async function withKeyReady(letterhead: MeasuredProcess, times: readonly number[]): Promise<number[]> {
  const ready = await letterhead.call('keysReady', null);
  if (ready.length !== times.length) throw new Error('Each create should have taken one key.');
  return times.filter((_, at) => ready[at] === true && at >= WARM_UP_BURSTS * BURST);
}

function inMs(time: number): string {
  return `${formatFigure(time)} ms`;
}
