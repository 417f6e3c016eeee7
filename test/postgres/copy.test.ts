import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { CursorKind, CursorState } from '../../server/store/interface/cursors.ts';
import type { WebhookRow } from '../../server/store/interface/webhooks.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import type { Store } from '../../server/store/store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import {
  createAccount,
  createDomain,
  createShare,
  createToken,
  createWebhook,
  deleteDomain,
  event,
  everythingIn,
  keepEvidence,
  madeDomain,
  NOON,
  setLogo,
  verified,
} from '../store/rows.ts';
import { silentObserver } from './silent-observer.ts';
import { createDatabase, type TestDatabase } from './test-database.ts';

const SECRET_KEY = randomBytes(32).toString('base64');
const LATER = '2026-01-31T12:05:00Z';

/** A folder in which there is something of every kind. */
async function filledFolder() {
  const folder = await makeJsonFolder();
  const environment = { DATA_DIR: folder.path, SECRET_KEY };
  // The command stores by which key the private keys are encrypted.
  expect((await runInProcess(['account', 'create', 'Help desk'], environment)).exit).toBe(0);
  const store = await openJsonStore({ dataDir: folder.path, clock: () => new Date(NOON) });
  const { id: account } = await createAccount(store, 'Ünïcode \u0000\ud800');
  const row = await madeDomain(store, account, 'example.org');
  await store.domains.update(account, row.id, (current) => ({ row: verified(current), events: [] }));
  await keepEvidence(store, account, row.id, { of: ['ü', null, '\u0000\ud800'] }, LATER);
  await madeDomain(store, account, 'new.example');
  await createShare(store, account, row.id, 'link');
  const token = await createToken(store, account, 'token');
  store.tokens.touch(token?.id ?? 0, LATER);
  const gone = await madeDomain(store, account, 'gone.example');
  await deleteDomain(store, account, gone.id);
  await setLogo(store, account, 'iVBORw==');
  await createWebhook(store, account);
  await moveCursor(store, 'webhook', { failures: 3, due: LATER, slow: true });
  await moveCursor(store, 'notice', { wake: LATER, memo: { 1: { event: 7, at: LATER } } });
  await createWebhook(store, account);
  const { id: suspended } = await createAccount(store, 'Suspended');
  await madeDomain(store, suspended, 'example.org');
  await store.accounts.update(suspended, (one) => ({
    row: { ...one, suspended: true },
    events: [event('account.suspended')],
  }));
  await store.close();
  return Object.assign(folder, { gone: gone.id });
}

/** Gives the cursor that is claimed first another state. */
async function moveCursor(store: Store, kind: CursorKind, changes: Partial<CursorState>): Promise<void> {
  const claim = { now: NOON, latest: LATER, limit: 1, lease: 60, perAccount: 1, slow: null };
  for (const cursor of await store.cursors.claim(kind, claim))
    await store.cursors.release(cursor, { ...cursor, position: cursor.position + 1, ...changes });
}

/** `after`: where it begins. */
async function cursorOf(
  store: Store,
  kind: CursorKind,
  { account_id: account, id, after }: Pick<WebhookRow, 'account_id' | 'id' | 'after'>,
): Promise<CursorState> {
  const begun = { position: after, failures: 0, due: null, slow: null, wake: null, memo: null };
  return (await store.cursors.state(kind, account, id)) ?? begun;
}

/** All that the interface tells, in both kinds of store. */
async function contentOf(
  store: Awaited<ReturnType<typeof openPostgresStore>> | Awaited<ReturnType<typeof openJsonStore>>,
) {
  const accounts = await everythingIn(store);
  const rest = accounts.map(async ({ account, domains }) => {
    const id = account?.id ?? 0;
    const webhooks = await store.webhooks.list(id);
    return {
      tokens: await store.tokens.list(id, { domain: null }),
      domains: await store.domains.list(id, {}),
      evidence: await Promise.all(domains.map((domain) => store.checks.evidence(id, domain.id))),
      webhooks,
      cursors: await Promise.all(webhooks.map((webhook) => cursorOf(store, 'webhook', webhook))),
      notices: await cursorOf(store, 'notice', { account_id: id, id: 0, after: 0 }),
    };
  });
  return { accounts, rest: await Promise.all(rest), key: await store.settings.get('secret_key_check') };
}

function optionsOf({ url }: TestDatabase) {
  return { urls: [url], connections: 3, log: silentLog, observer: silentObserver };
}

test('a data folder is copied into a database with everything that is in it, and goes on there', async () => {
  await using folder = await filledFolder();
  await using database = await createDatabase();
  const environment = { DATA_DIR: folder.path, DATABASE_URL: database.url, SECRET_KEY };
  expect(await runInProcess(['store', 'copy', 'database'], environment)).toEqual({
    exit: 0,
    out: 'Copied 3 accounts with 3 domains and 14 events, and compared every row.\n',
    err: '',
  });
  const files = await openJsonStore({ dataDir: folder.path, clock: () => new Date(NOON) });
  const before = await contentOf(files);
  await files.close();
  const store = await openPostgresStore(optionsOf(database));
  expect(await contentOf(store)).toEqual(before);
  const made = await createDomain(store, 2, 'next.example');
  expect(made.kind === 'written' && made.row.id).toBeGreaterThan(folder.gone);
  expect((await store.events.list(2, { after: 0, limit: 100 })).last).toBe(11);
  expect(await store.checks.claim('2099-01-01T00:00:00Z', 10, 60)).toHaveLength(3);
  await store.close();
  expect((await runInProcess(['domain', 'list', '--account', '2'], environment)).exit).toBe(0);
});

test('a copy that was interrupted goes on, and no server starts before it has ended', async () => {
  await using folder = await filledFolder();
  await using database = await createDatabase();
  const environment = { DATA_DIR: folder.path, DATABASE_URL: database.url, SECRET_KEY };
  const store = await openPostgresStore(optionsOf(database), { forImport: true });
  await store.import.begin();
  const files = await openJsonStore({ dataDir: folder.path, clock: () => new Date(NOON) });
  const [account] = await files.accounts.list();
  if (account === undefined) throw new Error('There is no account.');
  const { events, last } = await files.events.list(account.id, { after: 0, limit: 100 });
  const noticed = await cursorOf(files, 'notice', { account_id: account.id, id: 0, after: 0 });
  await store.import.add({
    account,
    logo: undefined,
    domains: [],
    webhooks: [],
    cursors: [{ kind: 'notice', id: 0, ...noticed }],
    tokens: [],
    events,
    firstEvent: 1,
    lastEvent: last,
  });
  await files.close();
  await store.close();
  const refused = await runInProcess(['domain', 'list'], environment);
  expect(refused.err).toMatch(/has not finished\. Repeat `letterhead store copy`\.\n$/);
  expect(await runInProcess(['store', 'copy', 'database'], environment)).toMatchObject({ exit: 0 });
  expect((await runInProcess(['domain', 'list', '--account', '2'], environment)).exit).toBe(0);
});

test('nothing is copied into a database that is not empty, with another key, or without a folder', async () => {
  await using folder = await filledFolder();
  await using database = await createDatabase();
  const environment = { DATA_DIR: folder.path, DATABASE_URL: database.url, SECRET_KEY };
  const otherKey = randomBytes(32).toString('base64');
  const refusals = [
    [{ ...environment, SECRET_KEY: otherKey }, 'SECRET_KEY is not the key'],
    [{ DATA_DIR: folder.path, SECRET_KEY }, 'Set DATABASE_URL to the database to copy from or into.'],
    [{ ...environment, DATA_DIR: `${folder.path}-none` }, 'There is no data in'],
  ] as const;
  for (const [settings, reason] of refusals) {
    const { exit, err } = await runInProcess(['store', 'copy', 'database'], settings);
    expect(exit).toBe(3);
    expect(err).toContain(reason);
  }
  expect(await runInProcess(['store', 'copy', 'database'], environment)).toMatchObject({ exit: 0 });
  expect((await runInProcess(['store', 'copy', 'database'], environment)).err).toContain('is not empty');
  await rm(`${folder.path}-none`, { recursive: true, force: true });
});

test('a database is copied into a data folder, which then holds the same', async () => {
  await using folder = await filledFolder();
  await using database = await createDatabase();
  await using back = await makeJsonFolder();
  const environment = { DATABASE_URL: database.url, SECRET_KEY };
  const there = await runInProcess(['store', 'copy', 'database'], { ...environment, DATA_DIR: folder.path });
  expect(there.exit).toBe(0);
  // Older events are kept if they are audited: they stand in a file of their own.
  await database.query('UPDATE accounts SET first_event = 4 WHERE id = 2');
  await database.query('DELETE FROM events WHERE account_id = 2 AND id < 4 AND NOT audited');
  const here = await runInProcess(['store', 'copy', 'files'], { ...environment, DATA_DIR: back.path });
  expect(here).toMatchObject({ exit: 0, err: '' });
  const store = await openPostgresStore(optionsOf(database));
  const before = await contentOf(store);
  const nextIds = await store.nextIds();
  await store.close();
  const files = await openJsonStore({ dataDir: back.path, clock: () => new Date(NOON) });
  expect(await contentOf(files)).toEqual(before);
  expect(await files.nextIds()).toEqual(nextIds);
  expect((await createDomain(files, 2, 'next.example')).kind).toBe('written');
  await files.close();
  expect(await runInProcess(['check'], { SECRET_KEY, DATA_DIR: back.path })).toMatchObject({ exit: 0 });
  const again = await runInProcess(['store', 'copy', 'files'], { ...environment, DATA_DIR: back.path });
  expect(again.err).toContain('The data folder is not empty.');
});
