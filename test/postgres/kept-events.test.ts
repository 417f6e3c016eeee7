import { expect, test } from 'vitest';
import { DATABASE_LIMITS } from '../../server/limits.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { createAccount } from '../store/rows.ts';
import { silentObserver } from './silent-observer.ts';
import { createDatabase } from './test-database.ts';

const { keptEvents } = DATABASE_LIMITS;

test('of very many events the newest are kept, and of older ones those that are audited, for 400 days', async () => {
  await using database = await createDatabase();
  const options = { urls: [database.url], connections: 3, log: silentLog, observer: silentObserver };
  const store = await openPostgresStore(options);
  const { id: account } = await createAccount(store);
  const total = keptEvents * 2 + 1;
  // Every tenth is audited, and of the first hundred each is older than 400 days.
  await database.query(
    `INSERT INTO events (account_id, id, audited, at, content)
      SELECT $1, n, n % 10 = 0, CASE WHEN n <= 100 THEN '2001-01-01' ELSE now() END,
        json_build_object('type', 'domain.created', 'domain', NULL, 'actor', NULL, 'changes', json_build_object(), 'at', now())
      FROM generate_series(2, $2::bigint) AS n`,
    [account, total],
  );
  await database.query('UPDATE accounts SET last_event = $1', [total]);
  // The second one knows which are old.
  for (const _ of [1, 2]) await store.cleanUp();
  const first = total - keptEvents + 1;
  const page = await store.events.list(account, { after: 0, limit: 100_000 });
  expect(page).toMatchObject({ truncated: true, afterIsKept: true, first, last: total });
  // The account's own first event is as old as its row says: January 2026.
  const older = page.events.filter(({ id }) => id < first).map(({ id }) => id);
  expect(older.filter((id) => id > 1)).toEqual(
    Array.from({ length: (first - 1 - 110) / 10 + 1 }, (_, at) => 110 + at * 10).filter((id) => id < first),
  );
  expect(page.events.filter(({ id }) => id >= first)).toHaveLength(keptEvents);
  expect(await store.events.list(account, { after: 5, limit: 1 })).toMatchObject({
    truncated: true,
    afterIsKept: false,
  });
  expect(await store.events.list(account, { after: 110, limit: 1 })).toMatchObject({
    truncated: true,
    afterIsKept: true,
  });
  await store.cleanUp();
  expect((await store.events.list(account, { after: 0, limit: 1 })).first).toBe(first);
  await store.close();
});
