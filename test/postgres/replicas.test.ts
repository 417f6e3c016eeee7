import { randomBytes } from 'node:crypto';
import { createLetterhead } from '@letterhead/client';
import { recordFqdn } from '@letterhead/shared';
import pg from 'pg';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { startServer } from '../../server/running-server.ts';
import { parseSettings } from '../../server/settings.ts';
import type { TokenRow } from '../../server/store/interface/token-row.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import type { Store } from '../../server/store/store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { createAccount, event, madeDomain, NOON, newToken } from '../store/rows.ts';
import { answerWith, startReceiver } from '../webhooks/receiver.ts';
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

test('of two servers that delete the last two admin tokens at the same moment, one is told that it is the last', async () => {
  await using database = await createDatabase();
  const options = { urls: [database.url], connections: 3, log: silentLog, observer: silentObserver };
  const stores = [await openPostgresStore(options), await openPostgresStore(options)];
  const guarded = (_row: unknown, { length }: readonly unknown[]) => {
    if (length <= 1) throw new Error('This is the last one.');
    return event('token.revoked');
  };
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  try {
    const tokens = await Promise.all(stores.map((store, at) => createAdmin(store, `hash-${at}`)));
    // Both deletions have begun, and have seen two admin tokens, before either can end.
    await holder.query('BEGIN');
    await holder.query('SELECT FROM accounts FOR UPDATE');
    const deletions = stores.map((store, at) =>
      store.tokens.delete(tokens[at]?.account_id ?? 0, tokens[at]?.id ?? 0, guarded),
    );
    const waiting =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await vi.waitFor(async () => expect(await database.query(waiting)).toHaveLength(2), 10_000);
    await holder.query('COMMIT');
    const ends = await Promise.allSettled(deletions);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  } finally {
    await holder.end();
    for (const store of stores) await store.close();
  }
});

/** An admin token in an account of its own. */
async function createAdmin(store: Store, hash: string): Promise<TokenRow> {
  const { id: account } = await createAccount(store);
  const creation = await store.tokens.create({
    account,
    limit: 10,
    token: { ...newToken(hash), scopes: ['admin'] },
    event: () => event('token.created'),
  });
  if (creation.kind !== 'written') throw new Error('The token was not created.');
  return creation.row;
}

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

test('servers hint at new events to each other, so that nobody waits for the next poll', async () => {
  await using database = await createDatabase();
  const options = { urls: [database.url], connections: 3, log: silentLog, observer: silentObserver };
  const store = await openPostgresStore(options);
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  const hints: (string | undefined)[] = [];
  other.on('notification', ({ payload }) => hints.push(payload));
  await other.query('LISTEN letterhead');
  try {
    const { id } = await createAccount(store);
    let news = 0;
    await using _ = await store.events.watch(id, () => news++);
    await expect.poll(() => createAccount(store).then(() => hints.length)).toBeGreaterThan(0);
    expect(hints.join()).toMatch(/^(\d+:1,?)+$/);
    // The first poll tells of what there is; none can find this event, which there is not.
    await expect.poll(() => news).toBe(1);
    await other.query(`NOTIFY letterhead, '${id}:999'`);
    await expect.poll(() => news).toBe(2);
  } finally {
    await other.end();
    await store.close();
  }
});

test('a hint at an event that there is not, which any client of the database can send, keeps no later event from being told', async () => {
  await using database = await createDatabase();
  const options = { urls: [database.url], connections: 3, log: silentLog, observer: silentObserver };
  await using stack = new AsyncDisposableStack();
  const open = async () => stack.adopt(await openPostgresStore(options), (store) => store.close());
  const [store, other] = [await open(), await open()];
  const { id } = await createAccount(store);
  const told: number[] = [];
  const note = async () => told.push((await store.events.list(id, { after: 0, limit: 10 })).last);
  stack.use(await store.events.watch(id, () => void note()));
  await expect.poll(() => told).toEqual([1]);
  await database.query(`NOTIFY letterhead, '${id}:${Number.MAX_SAFE_INTEGER}'`);
  await expect.poll(() => told.length).toBeGreaterThan(1);
  await madeDomain(other, id, 'a.example');
  await expect.poll(() => told.at(-1)).toBe(2);
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
    'letterhead_database_query_seconds_count{statement="create_domains",outcome="done"} 1\n',
  );
  expect(text).toMatch(/^letterhead_database_connections\{state="open"\} [1-9]\d*$/m);
});

test('of two servers that follow the same account, one sends each notice and each delivery, in their order', async () => {
  const names = Array.from({ length: 6 }, (_, at) => `d${at}.example`);
  await using dns = await startLoopbackDns({ zones: Object.fromEntries(names.map((name) => [name, {}])) });
  await using mail = await startMailServer();
  await using receiver = await startReceiver();
  await using database = await createDatabase();
  const settings = {
    ...mail.environment,
    DNS_SERVERS: `127.0.0.1:${dns.port}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(dns.port),
    WEBHOOK_ALLOW_PRIVATE: 'true',
  };
  await using one = await serve(database, settings);
  await using two = await serve(database, settings);
  await one.letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.net'] });
  await one.letterhead.webhooks.create.mutate({ account: 1, url: receiver.url, events: ['domain.verified'] });
  for (const [at, domain] of names.entries()) {
    const { letterhead } = at % 2 === 0 ? one : two;
    const created = await letterhead.domains.create.mutate({ account: 1, domain });
    for (const { hostname, value } of created.dns_records)
      dns.publish(recordFqdn(hostname, created), { TXT: [value] });
    await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
  }
  await mail.until(names.length);
  await receiver.until(names.length);
  // Whoever holds a cursor lets it go at a stop, so that what is sent twice has been sent by then.
  await Promise.all([one.stop(), two.stop()]);
  expect(mail.received.map(({ subject }) => subject)).toEqual(
    names.map((name) => `${name}: the DKIM record is verified`),
  );
  expect(receiver.received.map(({ payload }) => payload.data.event.domain.name)).toEqual(names);
});

test('a last attempt that has failed disables no endpoint that another server sends to by then', async () => {
  await using receiver = await startReceiver();
  await using database = await createDatabase();
  await using server = await serve(database, { WEBHOOK_ALLOW_PRIVATE: 'true' });
  const hook = { account: 1, url: receiver.url, events: ['domain.created' as const] };
  const { id } = await server.letterhead.webhooks.create.mutate(hook);
  await database.query(`UPDATE cursors SET failures = 9 WHERE kind = 'webhook'`);
  const failing = Promise.withResolvers<() => void>();
  receiver.answer = (...to) => failing.resolve(() => answerWith(500)(...to));
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'a.example' });
  const fail = await failing.promise;
  // As another server does once the lease has ended.
  receiver.answer = answerWith(204);
  await database.query(
    `UPDATE cursors SET version = version + 1, claimed_until = NULL WHERE kind = 'webhook'`,
  );
  await receiver.until(2);
  fail();
  await expect.poll(() => server.letterhead.webhooks.deliveries.query({ account: 1, id })).toHaveLength(2);
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'b.example' });
  await receiver.until(3);
  expect(await server.letterhead.webhooks.get.query({ account: 1, id })).toMatchObject({ enabled: true });
});
