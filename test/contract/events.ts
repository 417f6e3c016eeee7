import { expect, test } from 'vitest';
import type { EventFilter } from '../../server/store/interface/events.ts';
import { createAccount, createDomain, createToken, madeDomain, renameDomain } from '../store/rows.ts';
import { ALL, nowAndLater, type StartStore } from './store-under-test.ts';

/** What every store promises about events. */
export function eventsContract(start: StartStore): void {
  test('events rise by one, in the order of the changes, for every account by itself', async () => {
    await using underTest = await start();
    const accounts = [await createAccount(underTest.store), await createAccount(underTest.store)];
    const names = Array.from({ length: 10 }, (_, at) => `n${at}.example`);
    await Promise.all(
      names.flatMap((name) => accounts.map(({ id }) => createDomain(underTest.store, id, name))),
    );
    await nowAndLater(underTest, async ({ events }) => {
      for (const { id } of accounts) {
        const page = await events.list(id, ALL);
        expect(page.events.map((row) => row.id)).toEqual(Array.from({ length: 11 }, (_, at) => at + 1));
        expect(page).toMatchObject({ truncated: false, first: 1, last: 11 });
      }
    });
  });

  test('events are read in pages, and by domain', async () => {
    await using underTest = await start();
    const account = await createAccount(underTest.store);
    const rows = [];
    for (const name of ['a.example', 'b.example', 'c.example'])
      rows.push(await madeDomain(underTest.store, account.id, name));
    const domain = rows[1]?.id ?? 0;
    await renameDomain(underTest.store, account.id, domain, 'd.example');
    await nowAndLater(underTest, async ({ events }) => {
      const ids = async (filter: EventFilter) =>
        (await events.list(account.id, filter)).events.map((row) => row.id);
      expect(await ids({ after: 0, limit: 2 })).toEqual([1, 2]);
      expect(await ids({ after: 2, limit: 2 })).toEqual([3, 4]);
      expect(await ids({ after: 4, limit: 2 })).toEqual([5]);
      expect(await ids({ after: 5, limit: 2 })).toEqual([]);
      expect(await ids({ after: 0, limit: 10, domain })).toEqual([3, 5]);
      expect(await ids({ after: 3, limit: 10, domain })).toEqual([5]);
      expect(await ids({ after: 0, limit: 1, domain })).toEqual([3]);
    });
  });

  test('whoever watches an account finds each of its events when told of news, in the order of their ids', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const account = await createAccount(store);
    const other = await createAccount(store);
    const found: number[][] = [];
    const reads: Promise<unknown>[] = [];
    const watch = await store.events.watch(account.id, () => {
      reads.push(
        store.events.list(account.id, { after: 1, limit: 100 }).then(({ events }) => {
          found.push(events.map(({ id }) => id));
        }),
      );
    });
    await createDomain(store, other.id, 'other.example');
    for (const name of ['a.example', 'b.example', 'c.example']) await createDomain(store, account.id, name);
    await createToken(store, account.id);
    await expect.poll(() => found.at(-1)).toEqual([2, 3, 4, 5]);
    await watch[Symbol.asyncDispose]();
    await Promise.all(reads);
    const told = reads.length;
    await createDomain(store, account.id, 'd.example');
    expect(reads).toHaveLength(told);
    for (const ids of found) expect(ids).toEqual([2, 3, 4, 5].slice(0, ids.length));
  });

  test('a watcher that fails keeps no change and no other watcher from their news', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    let told = 0;
    await using _failing = await store.events.watch(id, () => {
      throw new Error('a watcher of its own kind');
    });
    await using _watching = await store.events.watch(id, () => told++);
    expect((await createDomain(store, id, 'a.example')).kind).toBe('written');
    await expect.poll(() => told).toBeGreaterThan(0);
  });
}
