import { randomInt } from 'node:crypto';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';
import { type MeasuredProcess, startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { type Database, startDatabase, startOver } from './database.ts';
import { DOMAINS_PER_ACCOUNT, FIRST_FILLED_ACCOUNT, fillDatabase, filledDomain } from './filled-database.ts';

/** By the name of the database. */
const ACCOUNTS = { few: 1000, many: 100_000 } as const;
const DOMAINS = ACCOUNTS.many * DOMAINS_PER_ACCOUNT;
const WARM_UP = 500;
const CALLS = 2000;
const CREATES = 300;
/** Of checks. */
const SECONDS = 10;

type Size = keyof typeof ACCOUNTS;
type Call = (client: HttpClient, account: number, turn: number) => Promise<unknown>;

const get: Call = (client, account) =>
  client.get(`/api/v1/accounts/${account}/domains/${filledDomain(account, randomInt(DOMAINS_PER_ACCOUNT))}`);
const listTen: Call = (client, account) => client.get(`/api/v1/accounts/${account}/domains?limit=10`);
const create: Call = (client, account, turn) =>
  client.post(`/api/v1/accounts/${account}/domains`, { domain: `created-${turn}.example.net` });

/** What a hundred times as many domains cost. */
export async function aMillionDomains(): Promise<Result> {
  await using database = await startDatabase();
  await fillDatabase(database, 'few', ACCOUNTS.few);
  await fillDatabase(database, 'many', ACCOUNTS.many);
  const size = await bytesADomain(database);
  const ratios = await compare(database);
  const checksPerSecond = await endChecks(database);
  const row = (name: string, { few, many }: Record<Size, number>) => [
    name,
    `${formatFigure(few)} ms`,
    `${formatFigure(many)} ms`,
    formatFigure(many / few),
  ];
  return {
    title: `${formatFigure(DOMAINS)} domains in ${formatFigure(ACCOUNTS.many)} accounts`,
    how: `Over REST, one at a time, of accounts at random, in turns between two servers over two databases of one PostgreSQL: ${formatFigure(CALLS)} gets and lists and ${CREATES} creates each, after a warm-up. The size is that of the whole database with evidence of a check of every domain. Then all checks are made due at once; one store takes and ends them for ${SECONDS} s, 128 at a time, without asking any DNS.`,
    table: {
      columns: [
        'p50',
        `${formatFigure(ACCOUNTS.few * DOMAINS_PER_ACCOUNT)} domains`,
        `${formatFigure(DOMAINS)} domains`,
        'ratio',
      ],
      rows: [row('get', ratios.get), row('list of ten', ratios.list), row('create', ratios.create)],
    },
    targets: [
      atMost('get, of that with few domains', 1.2, ratios.get.many / ratios.get.few),
      atMost('list of ten, of that with few domains', 1.2, ratios.list.many / ratios.list.few),
      atMost('create, of that with few domains', 1.5, ratios.create.many / ratios.create.few),
      atMost('on the disk, a domain', 5, size / 1024, ' KB'),
      atLeast('checks taken and ended a second', 5000, checksPerSecond),
    ],
  };
}

async function bytesADomain(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: string }>(
    'many',
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return Number(row?.bytes) / DOMAINS;
}

async function compare(database: Database): Promise<Record<'get' | 'list' | 'create', Record<Size, number>>> {
  await using folder = await makeTemporaryFolder();
  await using few = await startOver(database.url('few'), folder);
  await using many = await startOver(database.url('many'), folder);
  const servers = { few, many };
  return {
    get: await medians(servers, CALLS, get),
    list: await medians(servers, CALLS, listTen),
    create: await medians(servers, CREATES, create),
  };
}

/** Milliseconds. */
async function medians(
  servers: Record<Size, MeasuredProcess>,
  calls: number,
  call: Call,
): Promise<Record<Size, number>> {
  using few = new HttpClient(servers.few.url, TOKEN);
  using many = new HttpClient(servers.many.url, TOKEN);
  const clients = { few, many };
  const times: Record<Size, number[]> = { few: [], many: [] };
  for (let turn = 0; turn < WARM_UP + calls; turn += 1) {
    for (const size of ['few', 'many'] as const) {
      const account = FIRST_FILLED_ACCOUNT + randomInt(ACCOUNTS[size]);
      const began = performance.now();
      await call(clients[size], account, turn);
      times[size].push(performance.now() - began);
    }
  }
  return { few: median(times.few.slice(WARM_UP)), many: median(times.many.slice(WARM_UP)) };
}

async function endChecks(database: Database): Promise<number> {
  // What was created just now has other keys.
  await database.query(
    'many',
    `UPDATE checks SET next_at = CASE WHEN evidence IS NOT NULL THEN now() - random() * interval '1 hour' END`,
  );
  await database.query('many', 'VACUUM ANALYZE checks');
  const [pattern] = await database.query<{ selector: string; evidence: string }>(
    'many',
    `SELECT d.content -> 'keys' -> 0 ->> 'selector' AS selector, c.evidence
      FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
      WHERE c.evidence IS NOT NULL LIMIT 1`,
  );
  if (pattern === undefined) throw new Error('The database holds no domain.');
  await using checks = await startProcess({
    script: 'processes/database-checks.ts',
    options: {
      url: database.url('many'),
      selector: pattern.selector,
      evidence: JSON.parse(pattern.evidence),
    },
  });
  return (await checks.call('endDue', { seconds: SECONDS })).perSecond;
}
