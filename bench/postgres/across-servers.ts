import { setTimeout as sleep } from 'node:timers/promises';
import { createLetterhead } from '@letterhead/client';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { startDatabase, startOver } from './database.ts';

const SERVERS = 3;
const EVENTS = 200;
/** Requests a minute that a token may make. */
const LIMIT = 600;
/** Of each server, a second: together they reach the limit in five seconds. */
const REQUESTS = 40;
const SECONDS = 8;

/** How soon servers know of each other’s events and requests. */
export async function acrossServers(): Promise<Result> {
  await using database = await startDatabase();
  await using folder = await makeTemporaryFolder();
  await using servers = new AsyncDisposableStack();
  const fleet: MeasuredProcess[] = [];
  const limited = { RATE_LIMIT_PER_MINUTE: String(LIMIT) };
  for (let at = 0; at < SERVERS; at += 1)
    fleet.push(servers.use(await startOver(database.url(), folder, limited)));
  const [one, two] = fleet;
  if (one === undefined || two === undefined) throw new Error('A server is missing.');
  const lags = await measureLags(one, two);
  const [p50, p95] = [percentile(lags, 0.5), percentile(lags, 0.95)];
  const served = await countServed(fleet, await makeToken(one));
  const over = 100 * (served / LIMIT - 1);
  return {
    title: 'What one server knows of another',
    how: `${EVENTS} domains are created one at a time by one server, and heard of in a stream of another: the time from the answer to the event. Then ${SERVERS} servers are asked ${REQUESTS} times a second each for ${SECONDS} s with one token, which may make ${LIMIT} requests a minute.`,
    table: {
      columns: ['', 'figure'],
      rows: [
        [`requests served of ${SERVERS * REQUESTS * SECONDS}`, formatFigure(served)],
        ['event after the answer, p50', `${formatFigure(p50)} ms`],
        ['event after the answer, p95', `${formatFigure(p95)} ms`],
      ],
    },
    targets: [
      atMost('requests over the limit', 15, over, ' %'),
      atMost('p95 of an event after the answer', 100, p95, ' ms'),
    ],
  };
}

/** Milliseconds, at least 0, for each event. */
async function measureLags(from: MeasuredProcess, to: MeasuredProcess): Promise<number[]> {
  using client = new HttpClient(from.url, TOKEN);
  let heard = Promise.withResolvers<number>();
  const stream = createLetterhead({ url: to.url, token: TOKEN }).events.stream.subscribe(
    { account: 1 },
    { onData: () => heard.resolve(performance.now()) },
  );
  await heard.promise;
  const lags: number[] = [];
  for (let at = 0; at < EVENTS; at += 1) {
    heard = Promise.withResolvers<number>();
    await client.post('/api/v1/accounts/1/domains', { domain: `lag-${at}.example.org` });
    const answered = performance.now();
    lags.push(Math.max(0, (await heard.promise) - answered));
  }
  stream.unsubscribe();
  return lags;
}

/** Of an account that has asked for nothing yet. */
async function makeToken({ url }: MeasuredProcess): Promise<string> {
  using client = new HttpClient(url, TOKEN);
  const { id } = JSON.parse(await client.post('/api/v1/accounts', { name: 'Help desk' })).data;
  const scope = { name: 'Help desk', scopes: ['domains:read'] };
  return JSON.parse(await client.post(`/api/v1/accounts/${id}/tokens`, scope)).data.token;
}

/** How many requests were not refused. */
async function countServed(fleet: readonly MeasuredProcess[], token: string): Promise<number> {
  const answers: Promise<number>[] = [];
  const began = performance.now();
  for (let turn = 0; turn < REQUESTS * SECONDS; turn += 1) {
    for (const { url } of fleet) answers.push(statusOf(`${url}/api/v1/token`, token));
    await sleep(Math.max(0, began + ((turn + 1) * 1000) / REQUESTS - performance.now()));
  }
  return (await Promise.all(answers)).filter((status) => status === 200).length;
}

async function statusOf(url: string, token: string): Promise<number> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  await answer.text();
  return answer.status;
}
