import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Schedule } from '../../server/store/json/schedule.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, event, NOON, storedDomain } from './rows.ts';

/**
 * Twice as much must take about twice as long, and not four times: each work is done at three sizes, each the double of
 * the one before. What grows with the square takes 16 times as long at the last as at the first; n log n, less than 5.
 */
async function expectNoSquare(
  size: number,
  prepare: (size: number) => Promise<() => unknown>,
): Promise<void> {
  const works = [await prepare(size), await prepare(2 * size), await prepare(4 * size)];
  const least = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 5; round++) {
    for (const [at, work] of works.entries()) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      least[at] = Math.min(least[at] ?? 0, user + system);
    }
  }
  const [first = 0, , last = 0] = least;
  // Some milliseconds go into what every size has to do once.
  expect(last, `microseconds: ${least}`).toBeLessThan(9 * (first + 5_000));
}

async function folderWith(account: object): Promise<JsonFolder> {
  const folder = await makeJsonFolder();
  await createAccount(await folder.open());
  await folder.close();
  const file = {
    format: 2,
    account: 1,
    last_event_id: 0,
    installation_sequence: 0,
    outbox: [],
    domains: [],
    ...account,
  };
  await writeFile(join(folder.path, 'accounts/1.json'), JSON.stringify(file, null, 2));
  return folder;
}

function upTo(size: number): number[] {
  return Array.from({ length: size }, (_, at) => at + 1);
}

test('the time to open a store grows no faster than the domains of an account', async () => {
  await using stack = new AsyncDisposableStack();
  await expectNoSquare(5_000, async (size) => {
    const domains = upTo(size).map((id) => storedDomain(id, 1, `n${id}.example`));
    const folder = stack.use(await folderWith({ domains }));
    return async () => {
      await folder.open();
      await folder.close();
    };
  });
});

test('the time to change a domain grows no faster than the domains of its account', async () => {
  await using stack = new AsyncDisposableStack();
  await expectNoSquare(5_000, async (size) => {
    const domains = upTo(size).map((id) => storedDomain(id, 1, `n${id}.example`));
    const folder = stack.use(await folderWith({ domains }));
    const store = await folder.open();
    return () => store.domains.update(1, 1, (row) => ({ row: { ...row, subdomain: 'a' }, events: [] }));
  });
});

test('the time to list events grows no faster than the log', async () => {
  await using stack = new AsyncDisposableStack();
  await expectNoSquare(5_000, async (size) => {
    const folder = stack.use(await folderWith({ last_event_id: size }));
    await mkdir(join(folder.path, 'events'), { recursive: true });
    const lines = upTo(size).map((id) => JSON.stringify({ id, ...event('domain.degraded') }));
    await writeFile(join(folder.path, 'events/1.jsonl'), `{"format":1,"account":1}\n${lines.join('\n')}\n`);
    const store = await folder.open();
    return async () => {
      const { events } = await store.events.list(1, { after: 0, limit: size });
      expect(events).toHaveLength(size);
    };
  });
});

test('the time to use a schedule grows no faster than its entries, of one account or of many', async () => {
  for (const accounts of [1, 1_000]) {
    await expectNoSquare(10_000, async (size) => () => {
      const schedule = new Schedule(null, () => ({ touch() {}, async flush() {} }));
      for (const id of upTo(size)) schedule.add(1 + (id % accounts), id, null);
      expect(schedule.countDue(NOON)).toBe(size);
      expect(schedule.claim(NOON, size, 60)).toHaveLength(size);
      for (const id of upTo(size)) {
        const due = { dkim: NOON, return_path: null };
        schedule.note(1 + (id % accounts), id, { checked_at: NOON, began_at: null, due, codes: {} });
      }
      for (const id of upTo(size)) schedule.remove(id);
    });
  }
});
