import { expect, test } from 'vitest';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { createAccount, createDomain, createWebhook, NOON } from '../store/rows.ts';
import { createDatabase } from './test-database.ts';

test('an installation without webhooks asks the database for none at each event, and finds the first one at once', async () => {
  await using database = await createDatabase();
  const asked: string[] = [];
  const observer = { queried: (statement: string) => void asked.push(statement), opened() {} };
  const options = { urls: [database.url], connections: 3, log: silentLog, observer };
  const store = await openPostgresStore(options);
  const { id } = await createAccount(store);
  const claim = () => {
    const room = { now: NOON, latest: NOON, limit: 100, perAccount: 100, lease: 60 };
    const lanes = [true, false, null].map((slow) => store.cursors.claim('webhook', { ...room, slow }));
    return Promise.all(lanes);
  };
  for (let at = 0; at < 5; at++) {
    await createDomain(store, id, `d${at}.example`);
    expect((await claim()).flat()).toEqual([]);
  }
  expect(asked).not.toContain('claim_cursors');
  // Where this takes seconds, it asks again, but never once for each kind of cursor.
  expect(asked.filter((statement) => statement === 'has_webhooks').length).toBeLessThanOrEqual(5);
  await createWebhook(store, id);
  expect((await claim()).flat()).toHaveLength(1);
  await store.close();
});
