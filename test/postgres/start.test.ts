import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { type RunningServer, startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';
import { databaseUrl } from './postgres-server.ts';
import { createDatabase, createEmptyDatabase, type TestDatabase } from './test-database.ts';
import { startTlsServer } from './tls-server.ts';

const SECRET_KEY = randomBytes(32).toString('base64');

async function serve(environment: Record<string, string>): Promise<RunningServer> {
  return startServer({
    settings: parseSettings({ PORT: '0', SECRET_KEY, DNS_SERVERS: '127.0.0.1:9', ...environment }),
    log: pino({ level: 'silent' }),
    keys: await keysFromFile(KEYS_FILE, () => {}),
    clock: () => new Date(),
  });
}

/** What a start says that fails, in one line. */
async function refusal(environment: Record<string, string>): Promise<string> {
  const { exit, out, err } = await runInProcess(['domain', 'list'], { SECRET_KEY, ...environment });
  expect(exit).not.toBe(0);
  expect(out).toBe('');
  expect(err).toMatch(/^letterhead: [^\n]+\n$/);
  return err;
}

test('eight servers that start at once on an empty database make one account, and one prints its token', async () => {
  await using database = await createEmptyDatabase();
  const starting = Array.from({ length: 8 }, () => serve({ DATABASE_URL: database.url, DATABASE_POOL: '3' }));
  const servers = await Promise.all(starting);
  const tokens = servers.flatMap(({ firstStart }) => firstStart?.secret ?? []);
  expect(tokens).toHaveLength(1);
  for (const { url } of servers) {
    const answer = await fetch(`${url}/api/v1/accounts`, {
      headers: { authorization: `Bearer ${tokens[0]}` },
    });
    expect(await answer.json()).toMatchObject({ data: [{ name: 'Help desk' }] });
  }
  for (const server of servers) await server.stop();
});

test('of servers with different secret keys that start at once, one serves, and the others stop with one line', async () => {
  await using database = await createEmptyDatabase();
  const starts = await Promise.allSettled(
    Array.from({ length: 4 }, () =>
      serve({ DATABASE_URL: database.url, SECRET_KEY: randomBytes(32).toString('base64') }),
    ),
  );
  const serving = starts.filter((start) => start.status === 'fulfilled');
  expect(serving).toHaveLength(1);
  for (const { value } of serving) await value.stop();
  expect(await refusal({ DATABASE_URL: database.url })).toContain('SECRET_KEY is not the key');
});

test('BOOTSTRAP_TOKEN is the first token, and is not asked about again', async () => {
  await using database = await createDatabase();
  const BOOTSTRAP_TOKEN = `lh_${'b'.repeat(43)}`;
  for (const made of [true, false]) {
    const server = await serve({ DATABASE_URL: database.url, BOOTSTRAP_TOKEN });
    expect(server.firstStart !== null).toBe(made);
    expect(server.firstStart?.secret ?? null).toBeNull();
    const answer = await fetch(`${server.url}/api/v1/token`, {
      headers: { authorization: `Bearer ${BOOTSTRAP_TOKEN}` },
    });
    expect(answer.status).toBe(200);
    await server.stop();
  }
});

test('a command finds the primary among several hosts', async () => {
  await using database = await createDatabase();
  const hosts = `127.0.0.1:${await freePort()},127.0.0.1:${inject('postgresPort')}`;
  const DATABASE_URL = database.url.replace(/127\.0\.0\.1:\d+/, hosts);
  const made = await runInProcess(['account', 'create', 'Help desk', '--json'], { SECRET_KEY, DATABASE_URL });
  expect(made).toMatchObject({ exit: 0, err: '' });
});

test('a start without SECRET_KEY says that it is needed', async () => {
  expect(await refusal({ SECRET_KEY: '', DATABASE_URL: databaseUrl(1) })).toContain('SECRET_KEY is missing');
});

test.each([
  'mysql://db/letterhead',
  'postgres://db',
  'postgres://db:port/letterhead',
  'db.example.org/letterhead',
  'postgres:///letterhead',
  'postgres://user:secret@/letterhead',
  'postgres://db,/letterhead',
])('a start says what DATABASE_URL may be where it is %s', async (DATABASE_URL) => {
  expect(await refusal({ DATABASE_URL })).toContain(
    'The setting DATABASE_URL cannot be used: give an address such as',
  );
});

test('a start says why a server cannot be used, and repeats no password', async () => {
  const url = (rest: string, user = 'postgres') =>
    `postgres://${user}:hunter2@127.0.0.1:${inject('postgresPort')}/${rest}`;
  await using database = await createDatabase();
  await database.query(`CREATE ROLE asked_for_password LOGIN PASSWORD 'other'`);
  const cases: [string, string][] = [
    [
      `postgres://postgres:hunter2@127.0.0.1:${await freePort()}/letterhead`,
      'nothing listens at its address',
    ],
    [url('postgres', 'asked_for_password'), 'the password is wrong'],
    [url('postgres', 'nobody_of_this_name'), 'it does not allow this user to connect'],
    [url('no_such_database'), 'it does not exist'],
    [url('postgres?sslmode=verify-full'), 'it does not offer TLS, which sslmode asks for'],
    ['postgres://postgres:hunter2@host.invalid/postgres', 'its host'],
  ];
  for (const [DATABASE_URL, reason] of cases) {
    const said = await refusal({ DATABASE_URL });
    expect(said).toContain(`The database of DATABASE_URL cannot be used: ${reason}`);
    expect(said).not.toContain('hunter2');
  }
  await database.query('DROP ROLE asked_for_password');
});

test('a start says what to set where the certificate of the database is not trusted', async () => {
  await using tls = await startTlsServer();
  const DATABASE_URL = `postgres://postgres:hunter2@127.0.0.1:${tls.port}/postgres?sslmode=verify-full`;
  expect(await refusal({ DATABASE_URL })).toContain('Set sslrootcert to the file of its CA');
});

async function withDatabase(prepare: (database: TestDatabase) => Promise<unknown>): Promise<string> {
  await using database = await createEmptyDatabase();
  await prepare(database);
  return await refusal({ DATABASE_URL: database.url });
}

test('a database of another product is not touched', async () => {
  const said = await withDatabase(({ query }) => query('CREATE TABLE orders (id bigint)'));
  expect(said).toContain('it contains tables of another product');
});

test('a database of a later version is not touched', async () => {
  const said = await withDatabase(async ({ url, query }) => {
    await runInProcess(['account', 'create', 'Help desk'], { SECRET_KEY, DATABASE_URL: url });
    await query('INSERT INTO letterhead_migrations (version) VALUES (9999)');
  });
  expect(said).toContain('its schema has version 9999');
});

test('a database that can only be read is named as such', async () => {
  const said = await withDatabase(async ({ url, query }) => {
    await query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`);
  });
  expect(said).toContain('it is read-only');
});

test('a database whose encoding cannot hold every name is named as such', async () => {
  await using database = await createDatabase();
  await database.query(`CREATE DATABASE ascii_only ENCODING 'SQL_ASCII' TEMPLATE template0`);
  expect(await refusal({ DATABASE_URL: databaseUrl(inject('postgresPort'), 'ascii_only') })).toContain(
    'its encoding is SQL_ASCII',
  );
  await database.query('DROP DATABASE ascii_only');
});

test('a user who may not make tables is told what is missing', async () => {
  await using database = await createEmptyDatabase();
  await database.query('CREATE ROLE reader LOGIN');
  expect(await refusal({ DATABASE_URL: database.url.replace('postgres@', 'reader@') })).toContain(
    'this user may not create tables in it',
  );
  await database.query('DROP ROLE reader');
});

test('commands about the data folder say that there is none, and what to do', async () => {
  await using database = await createDatabase();
  const environment = { SECRET_KEY, DATABASE_URL: database.url };
  await runInProcess(['account', 'create', 'Help desk'], environment);
  for (const argv of [['check'], ['restore', 'backup.tar.gz'], ['backup', 'backup.tar.gz']]) {
    const { exit, err } = await runInProcess(argv, environment);
    expect(exit).toBe(3);
    expect(err).toMatch(
      /DATABASE_URL is set, so that everything is in the database\. [^\n]+ docs\/postgres\.md\.\n$/,
    );
  }
});
