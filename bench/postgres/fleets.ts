import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf, processStat } from '../../test/postgres/postgres-server.ts';
import { HttpClient } from '../http-client.ts';
import { measureFleet } from '../http-load.ts';
import { TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { type Database, startDatabase, startOver } from './database.ts';

const SERVERS = 3;
const SETTLED_AFTER = 5_000;
const IDLE_FOR = 30_000;
/** Of the kernel: what /proc counts CPU time in. */
const TICKS_A_SECOND = 100;

/** What servers without work cost PostgreSQL, and what a second server adds. */
export async function fleets(): Promise<Result> {
  await using database = await startDatabase();
  await using folder = await makeTemporaryFolder();
  await using servers = new AsyncDisposableStack();
  const fleet: MeasuredProcess[] = [];
  for (let at = 0; at < SERVERS; at += 1) fleet.push(servers.use(await startOver(database.url(), folder)));
  const idle = await idleShare(database);
  const [one, two] = fleet;
  if (one === undefined || two === undefined) throw new Error('A server is missing.');
  const path = await createDomain(one);
  const single = await measureFleet([one], path, TOKEN);
  const both = await measureFleet([one, two], path, TOKEN);
  return {
    title: 'Several servers',
    how: `The CPU time of all processes of PostgreSQL in ${IDLE_FOR / 1000} s with ${SERVERS} servers that nobody asks for anything. Then gets of one domain over REST, 32 connections, shared between the servers, for 5 s after a warm-up. On a machine with two cores, PostgreSQL and the load compete with the servers for them: this is no measure of how far servers scale.`,
    table: {
      columns: ['', 'figure'],
      rows: [
        [`PostgreSQL under ${SERVERS} idle servers, of a core`, `${formatFigure(idle)} %`],
        ['one server, requests/s', formatFigure(single)],
        ['two servers, requests/s', formatFigure(both)],
      ],
    },
    targets: [atMost(`PostgreSQL under ${SERVERS} idle servers, of a core`, 1, idle, ' %')],
  };
}

async function createDomain({ url }: MeasuredProcess): Promise<string> {
  using client = new HttpClient(url, TOKEN);
  const made = await client.post('/api/v1/accounts/1/domains', { domain: 'mail.example.org' });
  return `/api/v1/accounts/1/domains/${JSON.parse(made).data.id}`;
}

/** Percent of a core. */
async function idleShare(database: Database): Promise<number> {
  const [row] = await database.query<{ pid: string }>(
    'postgres',
    `SELECT pg_read_file('postmaster.pid', 0, 20) AS pid`,
  );
  const first = Number.parseInt(row?.pid ?? '', 10);
  await sleep(SETTLED_AFTER);
  const before = cpuSeconds(first);
  await sleep(IDLE_FOR);
  return (100 * (cpuSeconds(first) - before)) / (IDLE_FOR / 1000);
}

/** CPU time that the processes of PostgreSQL have used, and those that have ended. */
function cpuSeconds(first: number): number {
  let ticks = 0;
  for (const pid of processesOf(first)) {
    const stat = processStat(pid);
    for (const field of stat.slice(11, pid === first ? 15 : 13)) ticks += Number(field);
  }
  return ticks / TICKS_A_SECOND;
}
