import { randomBytes } from 'node:crypto';
import { createLetterhead } from '@letterhead/client';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';
import { createAccount, madeDomain, NOON } from '../store/rows.ts';
import { silentObserver } from './silent-observer.ts';
import { createDatabase, type TestDatabase } from './test-database.ts';

const TOKEN = `lh_${'b'.repeat(43)}`;
const SECRET_KEY = randomBytes(32).toString('base64');

/** A server over the database, whose first token is TOKEN. */
async function serve({ url }: TestDatabase, settings: Record<string, string> = {}) {
  const server = await startServer({
    settings: parseSettings({
      PORT: '0',
      SECRET_KEY,
      DATABASE_URL: url,
      BOOTSTRAP_TOKEN: TOKEN,
      RATE_LIMIT_PER_MINUTE: '0',
      DNS_SERVERS: '127.0.0.1:9',
      ...settings,
    }),
    log: pino({ level: 'silent' }),
    keys: await keysFromFile(KEYS_FILE, () => {}),
    clock: () => new Date(),
  });
  const letterhead = createLetterhead({ url: server.url, token: TOKEN });
  return Object.assign(server, { letterhead, [Symbol.asyncDispose]: () => server.stop() });
}

test('each server answers with what another has just acknowledged', async () => {
  await using database = await createDatabase();
  await using one = await serve(database);
  await using two = await serve(database);
  for (const name of ['a.example', 'b.example', 'c.example']) {
    const { id } = await one.letterhead.domains.create.mutate({ account: 1, domain: name });
    expect((await two.letterhead.domains.get.query({ account: 1, id })).domain).toBe(name);
    await two.letterhead.domains.update.mutate({ account: 1, id, domain: `mail.${name}` });
    expect((await one.letterhead.domains.get.query({ account: 1, id })).domain).toBe(`mail.${name}`);
  }
  const taken = two.letterhead.domains.create.mutate({ account: 1, domain: 'mail.a.example' });
  await expect(taken).rejects.toMatchObject({ data: { code: 'domain_taken' } });
});

test('a token that one server has revoked is refused by the others at once', async () => {
  await using database = await createDatabase();
  await using one = await serve(database);
  await using two = await serve(database);
  const made = await one.letterhead.tokens.create.mutate({
    account: 1,
    name: 'Two',
    scopes: ['domains:read'],
  });
  const status = async () =>
    (await fetch(`${two.url}/api/v1/token`, { headers: { authorization: `Bearer ${made.token}` } })).status;
  expect(await status()).toBe(200);
  await one.letterhead.tokens.revoke.mutate({ account: 1, id: made.id });
  expect(await status()).toBe(401);
});

test('a stream of one server tells what another has done, each event once and in order', async () => {
  await using database = await createDatabase();
  await using one = await serve(database);
  await using two = await serve(database);
  const heard: number[] = [];
  const stream = one.letterhead.events.stream.subscribe(
    { account: 1, lastEventId: 0 },
    { onData: ({ data }) => data.kind === 'event' && heard.push(data.event.id) },
  );
  for (let at = 0; at < 10; at++) {
    const { letterhead } = at % 2 === 0 ? one : two;
    await letterhead.domains.create.mutate({ account: 1, domain: `n${at}.example` });
  }
  await expect.poll(() => heard).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  stream.unsubscribe();
});

test('a due check is claimed by one server alone, however many ask at once', async () => {
  await using database = await createDatabase();
  const open = () =>
    openPostgresStore({ urls: [database.url], connections: 3, log: silentLog, observer: silentObserver });
  const stores = [await open(), await open(), await open()];
  const [first] = stores;
  if (first === undefined) throw new Error('There is no store.');
  const { id } = await createAccount(first);
  const ids: number[] = [];
  for (let at = 0; at < 30; at++) ids.push((await madeDomain(first, id, `n${at}.example`)).id);
  const claim = async () =>
    (await Promise.all(stores.map(({ checks }) => checks.claim(NOON, 4, 600)))).flat().map((due) => due.id);
  const claimed: number[] = [];
  for (let some = await claim(); some.length > 0; some = await claim()) claimed.push(...some);
  expect(claimed.toSorted((a, b) => a - b)).toEqual(ids);
  for (const store of stores) await store.close();
});

test('what a server has claimed is claimed by another once that server has stopped', async () => {
  await using database = await createDatabase();
  const open = () =>
    openPostgresStore({ urls: [database.url], connections: 3, log: silentLog, observer: silentObserver });
  const one = await open();
  const { id } = await createAccount(one);
  const row = await madeDomain(one, id, 'a.example');
  expect(await one.checks.claim(NOON, 1, 600)).toEqual([{ account: id, id: row.id }]);
  const two = await open();
  expect(await two.checks.claim(NOON, 1, 600)).toEqual([]);
  await one.close();
  expect(await two.checks.claim(NOON, 1, 600)).toEqual([{ account: id, id: row.id }]);
  await two.close();
});

test('servers count the requests of a token together', async () => {
  await using database = await createDatabase();
  const limited = { RATE_LIMIT_PER_MINUTE: '20' };
  await using one = await serve(database, limited);
  await using two = await serve(database, limited);
  const status = async ({ url }: { url: string }) => {
    const answer = await fetch(`${url}/api/v1/token`, { headers: { authorization: `Bearer ${TOKEN}` } });
    return answer.status;
  };
  const answers = await Promise.all(Array.from({ length: 21 }, () => status(one)));
  expect(answers.filter((answer) => answer === 200)).toHaveLength(20);
  await expect.poll(() => status(two), { timeout: 10_000 }).toBe(429);
});

test('the metrics tell of queries and connections', async () => {
  await using database = await createDatabase();
  await using server = await serve(database);
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'a.example' });
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const text = await answer.text();
  expect(text).toContain(
    'letterhead_database_query_seconds_count{statement="create_domain",outcome="done"} 1\n',
  );
  expect(text).toMatch(/^letterhead_database_connections\{state="open"\} [1-9]\d*$/m);
});
