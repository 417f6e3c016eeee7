import { expect, inject, test } from 'vitest';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import type { Store } from '../../server/store/store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import {
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  event,
  keepEvidence,
  madeDomain,
  renameDomain,
} from '../store/rows.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { silentObserver } from './silent-observer.ts';
import { createDatabase, type TestDatabase } from './test-database.ts';

/** A store over a database of its own, whose connections lead through a proxy that can cut them. */
async function startBehindProxy() {
  const database = await createDatabase();
  const underTest = await openBehindProxy(database);
  return {
    ...underTest,
    database,
    async [Symbol.asyncDispose]() {
      await underTest[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function openBehindProxy(database: TestDatabase) {
  const port = inject('postgresPort');
  const proxy = await CuttingProxy.start(port);
  const url = database.url.replace(`:${port}/`, `:${proxy.port}/`);
  const store = await openPostgresStore({
    urls: [url],
    connections: 3,
    log: silentLog,
    observer: silentObserver,
  });
  return {
    store,
    proxy,
    async [Symbol.asyncDispose]() {
      await store.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** A kind of write: its statement, and what it does; it resolves to whether the change was made. */
const writes: [string, (store: Store, account: number) => Promise<() => Promise<unknown>>][] = [
  ['create_account', async (store) => () => createAccount(store)],
  [
    'update_account',
    async (store, account) => () =>
      store.accounts.update(account, (row) => ({
        row: { ...row, name: `${row.name}!` },
        events: [event('account.renamed')],
      })),
  ],
  ['create_token', async (store, account) => () => createToken(store, account)],
  ['create_domains', async (store, account) => () => createDomain(store, account, 'a.example')],
  [
    'update_domain',
    async (store, account) => {
      const { id } = await madeDomain(store, account, 'a.example');
      return () => renameDomain(store, account, id, 'b.example');
    },
  ],
  [
    'delete_domain',
    async (store, account) => {
      const { id } = await madeDomain(store, account, 'a.example');
      return () => deleteDomain(store, account, id);
    },
  ],
  [
    'delete_token',
    async (store, account) => {
      const token = await createToken(store, account);
      return () => store.tokens.delete(account, token?.id ?? 0, () => event('token.revoked'));
    },
  ],
  [
    'delete_account',
    async (store, account) => {
      const { id: other } = await createAccount(store);
      const tell = () => ({ account, event: event('account.deleted') });
      return () => store.accounts.delete(other, tell);
    },
  ],
  [
    'end_checks',
    async (store, account) => {
      const { id } = await madeDomain(store, account, 'a.example');
      return () => keepEvidence(store, account, id, { seen: true });
    },
  ],
];

/** What is counted to see that something happened once. */
async function everythingCounted({ query }: TestDatabase): Promise<unknown> {
  return query(
    `SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM tokens) AS tokens,
      (SELECT count(*) FROM domains) AS domains, (SELECT count(*) FROM events) AS events,
      (SELECT sum(last_event) FROM accounts) AS last_events, (SELECT count(*) FROM checks WHERE evidence IS NOT NULL) AS seen,
      (SELECT string_agg(content ->> 'name', ',' ORDER BY id) FROM accounts) AS names`,
  );
}

test.each(writes)('%s is made once, wherever its connection breaks', async (statement, prepare) => {
  await using database = await createDatabase();
  const counts = [];
  for (const cut of ['before', 'after', null] as const) {
    await using underTest = await openBehindProxy(database);
    const { store, proxy } = underTest;
    const { id } = await createAccount(store);
    const write = await prepare(store, id);
    if (cut !== null) proxy.next = { statement, cut };
    await write();
    expect(proxy.next).toBeNull();
    counts.push(await everythingCounted(database));
    await database.query('TRUNCATE accounts, writes CASCADE');
  }
  const [before, after, undisturbed] = counts;
  expect(before).toEqual(undisturbed);
  expect(after).toEqual(undisturbed);
});

test('domains that are created by one statement are each created once, wherever its connection breaks', async () => {
  for (const cut of ['before', 'after'] as const) {
    await using underTest = await startBehindProxy();
    const { store, proxy, database } = underTest;
    const accounts = await Promise.all(Array.from({ length: 3 }, () => createAccount(store)));
    proxy.next = { statement: 'create_domains', cut };
    const changes = await Promise.all(accounts.map(({ id }) => createDomain(store, id, 'a.example')));
    expect(proxy.next).toBeNull();
    for (const [at, change] of changes.entries())
      expect(change).toMatchObject({ kind: 'written', row: { account_id: accounts[at]?.id } });
    const fenced = await database.query('SELECT FROM writes WHERE last_event IS NULL');
    expect(fenced).toHaveLength(cut === 'before' ? 3 : 0);
    for (const { id } of accounts) {
      expect(await store.domains.list(id, {})).toHaveLength(1);
      expect((await store.events.list(id, { after: 0, limit: 10 })).last).toBe(2);
    }
  }
});

// Both wait for the deadline, at the same time.
test.concurrent('a write that went away with the database has an unknown outcome, and one that was never sent has none', async ({
  expect,
}) => {
  await using underTest = await startBehindProxy();
  const { store, proxy, database } = underTest;
  const { id } = await createAccount(store);
  proxy.next = { statement: 'create_domains', cut: 'after' };
  proxy.closesAfterwards = true;
  const lost = expect(createDomain(store, id, 'a.example')).rejects.toMatchObject({
    code: 'outcome_unknown',
  });
  await expect.poll(() => proxy.next).toBeNull();
  await expect(createAccount(store)).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 });
  await lost;
  proxy.closesAfterwards = false;
  await expect.poll(() => store.ready().then(() => 'ready', String)).toBe('ready');
  expect(await store.domains.list(id, {})).toHaveLength(1);
  expect(await database.query('SELECT id FROM accounts')).toHaveLength(1);
}, 30_000);

test.concurrent('a server that is cut off in the middle of a change keeps the account from nobody, and the change is made once', async ({
  expect,
}) => {
  await using underTest = await startBehindProxy();
  const { store, proxy, database } = underTest;
  await using other = await openBehindProxy(database);
  const { id } = await createAccount(store);
  proxy.next = { statement: 'hold_checks', cut: 'silently' };
  const suspending = store.accounts.update(id, (row) => ({
    row: { ...row, suspended: true },
    events: [event('account.suspended')],
  }));
  await expect.poll(() => proxy.next).toBeNull();
  const renamed = await other.store.accounts.update(id, (row) => ({
    row: { ...row, name: 'Renamed' },
    events: [],
  }));
  expect(renamed).toMatchObject({ name: 'Renamed', suspended: false });
  expect(await suspending).toMatchObject({ name: 'Renamed', suspended: true });
  expect((await store.events.list(id, { after: 0, limit: 9 })).events).toHaveLength(2);
}, 30_000);

test.concurrent('calls that wait for the database try to reach it once each, and then one looks for it for all', async ({
  expect,
}) => {
  await using underTest = await startBehindProxy();
  const { store, proxy } = underTest;
  proxy.closesAfterwards = true;
  proxy.cutAll();
  const before = proxy.connections;
  const calls = await Promise.allSettled(Array.from({ length: 200 }, () => store.accounts.list()));
  for (const call of calls)
    expect(call).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryAfter: 5 } });
  // Five seconds have room for some twenty tries, which are up to half a second apart.
  expect(proxy.connections - before).toBeLessThan(calls.length + 50);
  proxy.closesAfterwards = false;
});

test.concurrent('a write that the database refuses because it can only be read was not made, and has no unknown outcome', async ({
  expect,
}) => {
  await using underTest = await startBehindProxy();
  const { store, proxy, database } = underTest;
  const { id } = await createAccount(store);
  await database.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
  );
  proxy.cutAll();
  const renaming = store.accounts.update(id, (row) => ({
    row: { ...row, name: 'Renamed' },
    events: [event('account.renamed')],
  }));
  await expect(renaming).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 });
  expect(await store.accounts.list()).toHaveLength(1);
}, 30_000);

test('what is looked for and not found can never be made any more', async () => {
  await using underTest = await startBehindProxy();
  const { store, proxy, database } = underTest;
  const { id } = await createAccount(store);
  proxy.next = { statement: 'create_domains', cut: 'before' };
  expect((await createDomain(store, id, 'a.example')).kind).toBe('written');
  const [fenced] = await database.query<{ id: string }>('SELECT id FROM writes WHERE last_event IS NULL');
  await expect(
    database.query('INSERT INTO writes (id, last_event) VALUES ($1, 1)', [fenced?.id]),
  ).rejects.toMatchObject({ code: '23505' });
});

test('a store whose host is gone goes on at the next one', async () => {
  await using database = await createDatabase();
  const port = inject('postgresPort');
  const first = await CuttingProxy.start(port);
  const urls = [database.url.replace(`:${port}/`, `:${first.port}/`), database.url];
  const store = await openPostgresStore({ urls, connections: 3, log: silentLog, observer: silentObserver });
  const { id } = await createAccount(store);
  expect(first.connections).toBeGreaterThan(0);
  await first[Symbol.asyncDispose]();
  expect((await createDomain(store, id, 'a.example')).kind).toBe('written');
  expect(await store.domains.list(id, {})).toHaveLength(1);
  await store.close();
});
