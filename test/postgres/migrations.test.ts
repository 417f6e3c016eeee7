import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { createAccount, createToken, everythingIn, madeDomain } from '../store/rows.ts';
import { silentObserver } from './silent-observer.ts';
import { createDatabase, createEmptyDatabase } from './test-database.ts';

const FOLDER = new URL('../../server/store/postgres/migrations/', import.meta.url);

function open(url: string) {
  return openPostgresStore({ urls: [url], connections: 3, log: silentLog, observer: silentObserver });
}

test('stores that open at the same time apply each migration once', async () => {
  await using database = await createEmptyDatabase();
  const stores = await Promise.all(Array.from({ length: 6 }, () => open(database.url)));
  const files = await readdir(FOLDER);
  expect(await database.query('SELECT version FROM letterhead_migrations ORDER BY version')).toEqual(
    files.map((_, at) => ({ version: at + 1 })),
  );
  for (const store of stores) await store.close();
});

/** Dumps of databases that released versions have written, by their last migration (pg_dump --inserts). */
const DUMPS = new URL('schemas/', import.meta.url);

test.each([1, 3])(
  'a database that a version with %i migrations has written opens with everything in it',
  async (version) => {
    await using database = await createEmptyDatabase();
    await database.query(await readFile(new URL(`${version}.sql`, DUMPS), 'utf8'));
    const SECRET_KEY = Buffer.from('letterhead-secret-key-for-a-test').toString('base64');
    const read = async (...argv: string[]) => {
      const { exit, out, err } = await runInProcess([...argv, '--json'], {
        DATABASE_URL: database.url,
        SECRET_KEY,
      });
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      return JSON.parse(out);
    };
    expect(await read('account', 'list')).toMatchObject([
      { name: 'Help desk' },
      { id: 2, name: 'Acme Help' },
    ]);
    expect(await read('domain', 'list', '--account', '1')).toMatchObject([
      { id: 1, domain: 'example.org' },
      { id: 3, domain: 'xn--bcher-kva.example' },
    ]);
    expect(await read('domain', 'list', '--account', '2')).toMatchObject([{ id: 4, domain: 'example.com' }]);
    expect(await read('token', 'list', '--account', '2')).toMatchObject([
      { id: 4, scopes: ['domains:read'] },
    ]);
    expect(await read('share', 'list', 'example.org', '--account', '1')).toMatchObject([{ id: 3 }]);
    expect((await read('events', '--account', '1')).map(({ id }: { id: number }) => id)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
    // Its private key is opened with the secret key.
    expect(await read('keys', 'rotate', 'example.com', '--account', '2')).toBeTruthy();
    expect(await read('domain', 'add', 'new.example', '--account', '1')).toMatchObject({ id: 5 });
  },
);

test('a migration that fails leaves nothing behind, and the next start makes it', async () => {
  await using database = await createEmptyDatabase();
  // It is in the way of what the first migration creates.
  await database.query('CREATE SEQUENCE domain_ids');
  await expect(open(database.url)).rejects.toThrow('already exists');
  expect(await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  await database.query('DROP SEQUENCE domain_ids');
  await (await open(database.url)).close();
});

test('a migration may take longer than any call, and a server that starts meanwhile waits for it', async () => {
  await using database = await createEmptyDatabase();
  await database.query(`
    CREATE FUNCTION be_slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF to_regproc('key_in_zone') IS NULL THEN PERFORM pg_sleep(11); END IF;
    END $$;
    CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION be_slow()`);
  for (const store of await Promise.all([open(database.url), open(database.url)])) await store.close();
}, 30_000);

test('a migration that a long transaction is in the way of says so', async () => {
  await using database = await createEmptyDatabase();
  await database.query(await readFile(new URL('3.sql', DUMPS), 'utf8'));
  const dump = new pg.Client({ connectionString: database.url });
  await dump.connect();
  await dump.query('BEGIN; LOCK TABLE domains IN ACCESS SHARE MODE');
  await expect(open(database.url)).rejects.toThrow(
    'its tables are locked, as by a backup or a long transaction',
  );
  await dump.end();
  await (await open(database.url)).close();
}, 30_000);

test('a store that opens again finds everything, and migrates nothing', async () => {
  await using database = await createDatabase();
  const first = await open(database.url);
  await madeDomain(first, (await createAccount(first)).id, 'example.org');
  const before = await everythingIn(first);
  await first.close();
  const second = await open(database.url);
  expect(await everythingIn(second)).toEqual(before);
  await second.close();
});

test('an account that a version without profiles has written has none, and neither has the one of its tokens', async () => {
  await using database = await createDatabase();
  const before = await open(database.url);
  const account = await createAccount(before);
  await createToken(before, account.id, 'hash');
  await before.close();
  const { display_name: _, contact_email: __, logo: ___, ...document } = account;
  await database.query(`UPDATE accounts SET content = '${JSON.stringify(document)}'`);
  const store = await open(database.url);
  expect(await store.accounts.get(account.id)).toEqual(account);
  expect((await store.tokens.findByHash('hash'))?.account).toEqual(account);
  await store.close();
});

test('a domain that a version without rotation has written has its key, and the id that it was given last', async () => {
  await using database = await createDatabase();
  const before = await open(database.url);
  const { id: account } = await createAccount(before);
  const made = await madeDomain(before, account, 'example.org');
  await before.close();
  await database.query(
    `UPDATE domains SET content = (content::jsonb - 'last_key_id')::json WHERE id = ${made.id}`,
  );
  const store = await open(database.url);
  expect(await store.domains.get(account, made.id)).toMatchObject({ last_key_id: 1, keys: made.keys });
  expect(await store.domains.list(account, {})).toMatchObject([{ last_key_id: 1 }]);
  await store.close();
});

test('private keys are stored where the release before finds them until it cannot run any more', async () => {
  await using database = await createDatabase();
  const privateKey = `v1.${randomBytes(1246).toString('base64url')}`;
  const storeKey = async () => {
    const store = await open(database.url);
    const { id: account } = await createAccount(store);
    const { id } = await madeDomain(store, account, 'example.org');
    await store.domains.update(account, id, (row) => ({
      row: { ...row, keys: row.keys.map((key) => ({ ...key, private_key: privateKey })) },
      events: [],
    }));
    await store.close();
    const [stored] = await database.query<{ text: string | null; bytes: number | null }>(
      `SELECT content #>> '{keys,0,private_key}' AS text, length(private_keys[1]) AS bytes FROM domains WHERE id = ${id}`,
    );
    return stored;
  };
  const asBytes = { text: null, bytes: 1246 };
  expect(await storeKey()).toEqual(asBytes);
  await database.query(`UPDATE letterhead_migrations SET at = at - interval '1 minute' WHERE version < 7`);
  expect(await storeKey()).toEqual({ text: privateKey, bytes: null });
  await database.query(`UPDATE letterhead_migrations SET at = at - interval '1 day'`);
  expect(await storeKey()).toEqual(asBytes);
});

test('letterhead migrate brings a database to this version, and says that a folder needs none', async () => {
  await using database = await createEmptyDatabase();
  const environment = { DATABASE_URL: database.url, SECRET_KEY: randomBytes(32).toString('base64') };
  for (const _ of [1, 2])
    expect(await runInProcess(['migrate'], environment)).toMatchObject({
      exit: 0,
      out: 'The database has the schema of this version.\n',
    });
  expect(await database.query('SELECT version FROM letterhead_migrations')).not.toEqual([]);
  expect(await runInProcess(['migrate'], {})).toMatchObject({ exit: 3, out: '' });
});
