import { randomBytes } from 'node:crypto';
import { createLetterhead } from '@letterhead/client';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';
import { databaseUrl, type PostgresServer, startPostgres } from './postgres-server.ts';

const TOKEN = `lh_${'b'.repeat(43)}`;
const SECRET_KEY = randomBytes(32).toString('base64');
let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres[Symbol.asyncDispose]());

async function serve() {
  const log: string[] = [];
  const server = await startServer({
    settings: parseSettings({
      PORT: '0',
      SECRET_KEY,
      DATABASE_URL: databaseUrl(postgres.port),
      BOOTSTRAP_TOKEN: TOKEN,
      RATE_LIMIT_PER_MINUTE: '0',
      DNS_SERVERS: '127.0.0.1:9',
    }),
    log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }),
    keys: await keysFromFile(KEYS_FILE, () => {}),
    clock: () => new Date(),
    bounds: { readyAge: 0 },
  });
  return Object.assign(server, {
    log,
    letterhead: createLetterhead({ url: server.url, token: TOKEN }),
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  });
}

async function statusOf(url: string): Promise<[number, string | null]> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  await answer.text();
  return [answer.status, answer.headers.get('retry-after')];
}

test('while the database is away everything answers 503, and all of it goes on when it is back, streams included', async () => {
  await using server = await serve();
  await using other = await serve();
  const told: string[] = [];
  const stream = server.letterhead.events.stream.subscribe(
    { account: 1 },
    { onData: ({ data }) => told.push(data.kind === 'event' ? data.event.type : data.kind) },
  );
  await expect.poll(() => told).toEqual(['listening']);

  await postgres.kill();
  // Each is given up after the deadline: they wait for it together.
  await Promise.all([
    expect(statusOf(`${server.url}/api/v1/accounts/1/domains`)).resolves.toEqual([503, '5']),
    expect(statusOf(`${server.url}/health/ready`)).resolves.toEqual([503, '5']),
    expect(statusOf(`${server.url}/health/live`)).resolves.toEqual([200, null]),
    expect(server.letterhead.domains.create.mutate({ account: 1, domain: 'a.example' })).rejects.toThrow(
      'The database does not answer now. Nothing was changed; try again in a few seconds.',
    ),
  ]);

  await postgres.start();
  await expect.poll(() => statusOf(`${server.url}/health/ready`), { timeout: 10_000 }).toEqual([200, null]);
  await expect.poll(() => statusOf(`${other.url}/health/ready`), { timeout: 10_000 }).toEqual([200, null]);
  await other.letterhead.domains.create.mutate({ account: 1, domain: 'b.example' });
  await expect.poll(() => told, { timeout: 10_000 }).toEqual(['listening', 'domain.created']);
  stream.unsubscribe();
  // Said once, however many have found out.
  expect(server.log.filter((line) => line.includes('the database cannot be reached'))).toHaveLength(1);
}, 60_000);

test('a database that is frozen is given up after the deadline, and asked again once it goes on', async () => {
  await using server = await serve();
  postgres.signal('SIGSTOP');
  expect(await statusOf(`${server.url}/api/v1/accounts/1/domains`)).toEqual([503, '5']);
  postgres.signal('SIGCONT');
  await expect
    .poll(() => statusOf(`${server.url}/api/v1/accounts/1/domains`), { timeout: 10_000 })
    .toEqual([200, null]);
}, 60_000);

test('a database that lets nobody in for a while is waited for like one that is away', async () => {
  await using server = await serve();
  const administrator = new pg.Client({ connectionString: databaseUrl(postgres.port, 'template1') });
  await administrator.connect();
  await administrator.query('ALTER DATABASE postgres ALLOW_CONNECTIONS false');
  await administrator.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'",
  );
  const refused = server.letterhead.domains.create.mutate({ account: 1, domain: 'shut-out.example' });
  await expect(refused).rejects.toThrow('The database does not answer now. Nothing was changed;');
  const creation = server.letterhead.domains.create.mutate({ account: 1, domain: 'let-in.example' });
  await administrator.query('ALTER DATABASE postgres ALLOW_CONNECTIONS true');
  await administrator.end();
  expect(await creation).toMatchObject({ domain: 'let-in.example' });
}, 60_000);

test('changes of one account that wait for the database in vain are refused together, not one after the other', async () => {
  await using server = await serve();
  const holder = new pg.Client({ connectionString: databaseUrl(postgres.port) });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM accounts WHERE id = 1 FOR UPDATE');
  const began = performance.now();
  const refused = await Promise.all(
    Array.from({ length: 5 }, async (_, at) => {
      const { status } = await fetch(`${server.url}/api/v1/accounts/1/domains`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ domain: `waits${at}.example.org` }),
      });
      return status;
    }),
  );
  expect(refused).toEqual(Array(5).fill(503));
  expect(performance.now() - began).toBeLessThan(12_000);
  await holder.end();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'waited.example.org' });
}, 60_000);
