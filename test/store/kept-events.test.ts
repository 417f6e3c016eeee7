import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventType } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Events } from '../../server/events/events.ts';
import { FILE_LIMITS } from '../../server/limits.ts';
import type { AccountRow } from '../../server/store/interface/accounts.ts';
import { restoreArchive, writeArchive } from '../../server/store/json/archive.ts';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import type { JsonStore, JsonStoreOptions } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, event, NOON } from './rows.ts';

const DAY = 86_400_000;

describe('events of accounts, tokens and links', () => {
  let folder: JsonFolder;
  let store: JsonStore;
  let account: AccountRow;
  let now: number;

  beforeEach(async () => {
    folder = await makeJsonFolder();
    now = Date.parse(NOON);
    store = await reopen();
    account = await createAccount(store);
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  function reopen(options: Partial<JsonStoreOptions> = {}): Promise<JsonStore> {
    const eventLog = { segmentBytes: 2000 };
    return folder.open({ eventLog, clock: () => new Date(now), ...options });
  }

  async function happen(count: number, type: EventType): Promise<void> {
    const at = new Date(now).toISOString().replace(/\.\d+/, '');
    for (let done = 0; done < count; done++)
      await store.accounts.update(1, (row) => ({ row, events: [{ ...event(type), at }] }));
  }

  async function idsOf(type: EventType): Promise<number[]> {
    const { events } = await store.events.list(1, { after: 0, limit: 100_000 });
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted((a, b) => a - b));
    return events.filter((row) => row.type === type).map(({ id }) => id);
  }

  test('audit events outlive any number of others, and are read in pages before what is left of those', async () => {
    const expected: number[] = [];
    for (let round = 0; round < 10; round++) {
      await happen(1, 'token.created');
      expected.push(2 + round * 31);
      await happen(30, 'domain.degraded');
    }
    for (const restart of [false, true]) {
      if (restart) store = await reopen();
      expect(await idsOf('token.created')).toEqual(expected);
      expect(await idsOf('account.created')).toEqual([1]);
      expect((await idsOf('domain.degraded')).length).toBeLessThan(50);
    }
    const events = new Events({ store });
    const read: number[] = [];
    for (let after: number | undefined; ; ) {
      const page = await events.list(account, { limit: 3, ...(after === undefined ? {} : { after }) });
      read.push(...page.rows.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(read).toEqual((await store.events.list(1, { after: 0, limit: 1000 })).events.map(({ id }) => id));
    expect(read.length).toBeGreaterThan(20);
  });

  test('a reader whose position was dropped is told the range that it missed, although audit events are kept', async () => {
    await happen(1, 'token.created');
    await happen(100, 'domain.degraded');
    const { first } = await store.events.list(1, { after: 0, limit: 1 });
    const events = new Events({ store });
    await expect(events.list(account, { after: 5, limit: 10 })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(`Of the events 6 to ${(first ?? 0) - 1}, those of domains`),
    });
    expect(await store.events.list(1, { after: 2, limit: 1 })).toMatchObject({
      truncated: true,
      afterIsKept: true,
      events: [{ id: first }],
    });
    const stop = new AbortController();
    const stream = events.stream(account, 2, stop.signal);
    expect((await stream.next()).value).toEqual({ kind: 'reload', last: 102 });
    stop.abort();
  });

  test('audit events are dropped by age, and not before it', async () => {
    await happen(3, 'token.created');
    await happen(30, 'domain.degraded');
    now += FILE_LIMITS.auditedEventAge - DAY;
    await happen(2, 'token.revoked');
    await happen(60, 'domain.degraded');
    expect(await idsOf('token.created')).toHaveLength(3);
    now += 2 * DAY;
    await happen(1, 'token.revoked');
    await happen(60, 'domain.degraded');
    expect(await idsOf('token.created')).toEqual([]);
    expect(await idsOf('account.created')).toEqual([]);
    expect(await idsOf('token.revoked')).toHaveLength(3);
  });

  test('an audit event is there once when the process ended between keeping it and dropping its segment', async () => {
    const fail = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    let failing = false;
    const rename = (from: string, to: string) =>
      failing && to.endsWith('1.1.jsonl') ? fail() : nodeFileSystem.rename(from, to);
    store = await reopen({ fileSystem: { ...nodeFileSystem, rename } });
    await happen(20, 'token.created');
    failing = true;
    await happen(40, 'domain.degraded');
    expect(await readdir(join(folder.path, 'events'))).toContain('1.kept.jsonl');
    store = await reopen();
    expect(await idsOf('token.created')).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
    expect((await checkFolder(folder.path)).problems).toEqual([]);
    await happen(60, 'domain.degraded');
    expect(await idsOf('token.created')).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
  });

  test('audit events stay where they are while a full disk keeps them from being moved', async () => {
    const full = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    let isFull = true;
    store = await reopen({
      fileSystem: {
        ...nodeFileSystem,
        open: (path, flags) =>
          isFull && path.includes('kept') && flags !== 'r' ? full() : nodeFileSystem.open(path, flags),
      },
    });
    await happen(20, 'token.created');
    await happen(60, 'domain.degraded');
    expect(await idsOf('token.created')).toHaveLength(20);
    isFull = false;
    await happen(60, 'domain.degraded');
    expect(await idsOf('token.created')).toHaveLength(20);
    expect((await idsOf('domain.degraded')).length).toBeLessThan(60);
  });

  test('audit events are in a backup, are covered by the check of a folder, and go with their account', async () => {
    await happen(3, 'token.created');
    await happen(60, 'domain.degraded');
    await using elsewhere = await makeJsonFolder();
    const archive = join(elsewhere.path, 'backup.tar.gz');
    {
      await using snapshot = await store.snapshot();
      await writeArchive(snapshot, createWriteStream(archive));
    }
    const restored = join(elsewhere.path, 'restored');
    expect((await restoreArchive(archive, restored)).problems).toEqual([]);
    const kept = join(restored, 'events/1.kept.jsonl');
    const text = await readFile(kept, 'utf8');
    expect(text.match(/token\.created/g)).toHaveLength(3);
    await writeFile(kept, text.replace('"id":3', '"id":'));
    expect((await checkFolder(restored)).problems.map(({ message }) => message)).toEqual([
      'events/1.kept.jsonl has a line that cannot be read.',
    ]);
    await store.accounts.delete(1, () => null);
    expect(await readdir(join(folder.path, 'events'))).toEqual([]);
  });
});

test('the process log has a line for every event that has become durable, whoever caused it', async () => {
  await using folder = await makeJsonFolder();
  const store = await folder.open();
  await createAccount(store);
  await store.accounts.update(1, (row) => ({ row, events: [event('account.renamed', { name: 'New' })] }));
  const lines = folder.log.filter((line) => line.startsWith('info event '));
  expect(lines.map((line) => JSON.parse(line.slice('info event '.length)))).toEqual([
    expect.objectContaining({ account: 1, id: 1, type: 'account.created' }),
    expect.objectContaining({ account: 1, id: 2, type: 'account.renamed', changes: { name: 'New' } }),
  ]);
});
