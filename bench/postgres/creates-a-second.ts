import { ownPlace, runClients } from '../clients.ts';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';
import { type MeasuredProcess, startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, atMost, formatFigure } from '../measurement.ts';
import type { CreateLoad } from '../messages.ts';
import { median, percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { startDatabase, startOver } from './database.ts';
import { FIRST_FILLED_ACCOUNT, fillDatabase } from './filled-database.ts';

const ACCOUNTS = 1000;
const RUNS = 3;
const ORDER: CreateLoad = {
  clients: 32,
  warmUp: { seconds: 1, atMost: 10_000 },
  measured: { seconds: 5, atMost: 100_000 },
};
const ALONE = 300;

/** How many domains can be created a second over REST, by several clients at once, and how long one takes. */
export async function createsASecond(): Promise<Result> {
  await using database = await startDatabase();
  await fillDatabase(database, 'creates', ACCOUNTS);
  await using folder = await makeTemporaryFolder();
  await using ours = await startOver(database.url('creates'), folder);
  await using bare = await startProcess({
    script: 'processes/fastify-pg.ts',
    options: { url: database.url('creates'), answer: '' },
  });
  const servers = [ours, bare];
  const rates = new Map<MeasuredProcess, number[]>(servers.map((server) => [server, []]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const [server, found] of rates)
      found.push(await creates(server, `${run}-${servers.indexOf(server)}`));
  }
  const [own = 0, alone = 0] = servers.map((server) => median(rates.get(server) ?? []));
  const times = await createsAlone(ours);
  const [p50, p95] = [0.5, 0.95].map((share) => percentile(times, share));
  return {
    title: 'Creates a second',
    how: `Over REST, ${ORDER.clients} clients on different accounts of a database with ${formatFigure(ACCOUNTS * 10)} domains, ${ORDER.measured.seconds} s each after a warm-up, the median of ${RUNS} runs in turns; every commit is synced. Fastify alone runs the same statement for each request, over as many connections: it looks up no token, account or name, and encrypts no key. Letterhead runs it once for the creates that have arrived meanwhile. Then ${ALONE} creates one at a time.`,
    table: {
      columns: ['', 'creates/s', 'one at a time, p50', 'p95'],
      rows: [
        ['Letterhead', formatFigure(own), `${formatFigure(p50 ?? 0)} ms`, `${formatFigure(p95 ?? 0)} ms`],
        ['Fastify and `pg` alone', formatFigure(alone), '', ''],
      ],
    },
    targets: [
      atLeast('creates a second, of Fastify and `pg` alone', 0.7, own / alone),
      atMost('p95 of one create', 15, p95 ?? Number.NaN, ' ms'),
    ],
  };
}

async function creates({ url }: MeasuredProcess, name: string): Promise<number> {
  using client = new HttpClient(url, TOKEN);
  const { creates: made, seconds } = await runClients(ORDER, (place, turn) => {
    const account = FIRST_FILLED_ACCOUNT + ownPlace(place, turn, ORDER.clients, ACCOUNTS);
    return client.post(`/api/v1/accounts/${account}/domains`, { domain: `${name}-${turn}.example.net` });
  });
  return made / seconds;
}

/** Milliseconds. */
async function createsAlone({ url }: MeasuredProcess): Promise<number[]> {
  using client = new HttpClient(url, TOKEN);
  const times: number[] = [];
  for (let create = 0; create < ALONE; create += 1) {
    const began = performance.now();
    await client.post(`/api/v1/accounts/${FIRST_FILLED_ACCOUNT + create}/domains`, {
      domain: 'alone.example.net',
    });
    times.push(performance.now() - began);
  }
  return times;
}
