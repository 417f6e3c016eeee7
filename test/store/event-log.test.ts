import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventType } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import type { AccountFile } from '../../server/store/json/formats/files.ts';
import { FORMAT } from '../../server/store/json/formats/files.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, event, madeDomain, NOON } from './rows.ts';

const EVERYTHING = { after: 0, limit: 100_000 };

describe('the log of events', () => {
  let folder: JsonFolder;
  let store: JsonStore;

  beforeEach(async () => {
    folder = await makeJsonFolder();
    store = await folder.open();
    await createAccount(store);
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  /** Lets `count` more events happen, one change each. */
  async function happen(count: number, on = store, type: EventType = 'domain.degraded'): Promise<void> {
    for (let at = 0; at < count; at++) {
      await on.accounts.update(1, (row) => ({ row, events: [event(type, { at })] }));
    }
  }

  async function ids(filter = EVERYTHING): Promise<number[]> {
    return (await store.events.list(1, filter)).events.map((row) => row.id);
  }

  function from(first: number, last: number): number[] {
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  }

  /** The machine’s file system, in which something else is done with the log. */
  function withLog(instead: {
    read?: (read: () => Promise<number>, into: Uint8Array) => Promise<number>;
    write?: (write: () => Promise<void>, data: string | Uint8Array) => Promise<void>;
    sync?: (sync: () => Promise<void>) => Promise<void>;
  }): FileSystem {
    const { read = (real) => real(), write = (real) => real(), sync = (real) => real() } = instead;
    return {
      ...nodeFileSystem,
      async open(path, flags) {
        const file = await nodeFileSystem.open(path, flags);
        if (!path.endsWith('.jsonl')) return file;
        return {
          ...file,
          read: (into, position) => read(() => file.read(into, position), into),
          write: (data) => write(() => file.write(data), data),
          sync: () => sync(() => file.sync()),
        };
      },
    };
  }

  function logFile(name = '1.jsonl'): string {
    return join(folder.path, 'events', name);
  }

  async function accountFile(): Promise<AccountFile> {
    return JSON.parse(await readFile(join(folder.path, 'accounts/1.json'), 'utf8'));
  }

  async function logLines(): Promise<string[]> {
    return (await readFile(logFile(), 'utf8')).trimEnd().split('\n');
  }

  test('the event log has a line for each event after its header, and the account’s file does not keep them', async () => {
    await happen(40);
    await folder.close();
    const [header, ...lines] = await logLines();
    expect(JSON.parse(header ?? '')).toEqual({ format: FORMAT, account: 1 });
    const { last_event_id, outbox } = await accountFile();
    expect(last_event_id).toBe(41);
    expect(outbox.length).toBeLessThanOrEqual(8);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(from(1, 41 - outbox.length));
  });

  test('the event log is bounded: the oldest events go, ids keep rising, and a reader of dropped events is told', async () => {
    store = await folder.open({ eventLog: { segmentBytes: 2000 } });
    await happen(100);
    const page = await store.events.list(1, { after: 0, limit: 5 });
    const first = page.first ?? 0;
    expect(first).toBeGreaterThan(50);
    expect(page).toMatchObject({ truncated: true, first });
    // The account’s creation is kept beside them.
    expect(page.events.map((row) => row.id)).toEqual([1, ...from(first, first + 3)]);
    expect(await ids()).toEqual([1, ...from(first, 101)]);
    expect(await store.events.list(1, { after: first - 2, limit: 1 })).toMatchObject({ truncated: true });
    expect(await store.events.list(1, { after: first - 1, limit: 1 })).toMatchObject({ truncated: false });
    const nothing = { events: [], first, last: 101, truncated: false, afterIsKept: true };
    expect(await store.events.list(1, { after: 101, limit: 1 })).toEqual(nothing);
    expect((await readdir(join(folder.path, 'events'))).sort()).toEqual([
      '1.1.jsonl',
      '1.jsonl',
      '1.kept.jsonl',
    ]);
    const before = await ids();
    store = await folder.open();
    expect(await ids()).toEqual(before);
  });

  test('the event log can be read from the middle of a long one, and for one domain', async () => {
    const { id } = await madeDomain(store, 1, 'example.org');
    const about = { domain: { id, name: 'example.org' } };
    const long = 'x'.repeat(100);
    for (let round = 0; round < 30; round++) {
      const events = Array.from({ length: 100 }, (_, at) => ({
        ...event('domain.degraded', { long }),
        ...(at === 50 ? about : {}),
      }));
      await store.accounts.update(1, (row) => ({ row, events }));
    }
    for (const after of [0, 1, 500, 1499, 2999, 3001]) {
      expect(await ids({ after, limit: 3 })).toEqual(from(after + 1, Math.min(after + 3, 3002)));
    }
    const ofDomain = await store.events.list(1, { ...EVERYTHING, domain: id });
    expect(ofDomain.events.map((row) => row.id)).toEqual([
      2,
      ...Array.from({ length: 30 }, (_, at) => 53 + at * 100),
    ]);
  });

  test('an event log torn by a crash is repaired from the account’s file, wherever it was torn', async () => {
    await happen(20);
    await folder.close();
    const { outbox } = await accountFile();
    const whole = await readFile(logFile(), 'utf8');
    // What was being appended is still in the account's file.
    const appended = outbox.map((row) => `${JSON.stringify(row)}\n`).join('');
    for (let length = 0; length <= appended.length; length += 31) {
      await using torn = await folder.copy();
      await writeFile(join(torn.path, 'events/1.jsonl'), whole + appended.slice(0, length));
      const reopened = await torn.open();
      await happen(10, reopened);
      const { events } = await reopened.events.list(1, EVERYTHING);
      expect(events.map((row) => row.id)).toEqual(from(1, 31));
      await torn.close();
      const text = await readFile(join(torn.path, 'events/1.jsonl'), 'utf8');
      for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  test('the event log skips a damaged line, and keeps it', async () => {
    await happen(40);
    await folder.close();
    const lines = await logLines();
    lines[2] = 'not JSON at all';
    await writeFile(logFile(), `${lines.join('\n')}\n`);
    store = await folder.open();
    expect(await ids()).toEqual([1, ...from(3, 41)]);
    await happen(1);
    expect(await ids()).toEqual([1, ...from(3, 42)]);
    expect(await logLines()).toContain('not JSON at all');
  });

  test('the event log finds a domain’s events in lines that a person has spaced out', async () => {
    const { id } = await madeDomain(store, 1, 'example.org');
    await happen(20);
    await folder.close();
    const lines = (await logLines()).map((line) =>
      line.replaceAll(':', ': ').replace('12: 00: 00', '12:00:00'),
    );
    await writeFile(logFile(), `${lines.join('\n')}\n`);
    store = await folder.open();
    const { events } = await store.events.list(1, { ...EVERYTHING, domain: id });
    expect(events.map((row) => row.id)).toEqual([2]);
  });

  test('losing the event log costs only what was in it: ids keep rising, and the loss is reported', async () => {
    await happen(20);
    await folder.close();
    await writeFile(logFile(), '');
    store = await folder.open();
    const page = await store.events.list(1, EVERYTHING);
    expect(page.truncated).toBe(true);
    await happen(1);
    expect((await ids()).at(-1)).toBe(22);
  });

  test('gives no id of its own twice where the account’s file was put back from an older time', async () => {
    await happen(3);
    await folder.close();
    const older = await readFile(join(folder.path, 'accounts/1.json'));
    store = await folder.open();
    await happen(30);
    await folder.close();
    await writeFile(join(folder.path, 'accounts/1.json'), older);
    const logged = (await logLines()).length - 1;
    store = await folder.open();
    await happen(1);
    expect(logged).toBeGreaterThan(20);
    const all = await ids();
    expect(all).toEqual(from(1, all.length));
    expect(all.length).toBeGreaterThan(logged);
  });

  test('no event is lost when an older installation.json was put back', async () => {
    const installation = join(folder.path, 'installation.json');
    await folder.close();
    const older = await readFile(installation);
    store = await folder.open();
    await happen(3);
    await folder.close();
    await writeFile(installation, older);
    store = await folder.open();
    await happen(1);
    expect(await ids()).toEqual(from(1, 5));
  });

  test('the event log of another account, or of a newer Letterhead, is neither read nor written', async () => {
    await happen(1);
    await folder.close();
    for (const header of [`{"format":${FORMAT + 1},"account":1}`, '{"format":2,"account":9}']) {
      const content = `${header}\n{"id":77}\n`;
      await writeFile(logFile(), content);
      store = await folder.open();
      await happen(1);
      await expect(store.events.list(1, EVERYTHING)).rejects.toMatchObject({ code: 'unavailable' });
      expect(await store.domains.list(1, {})).toEqual([]);
      await folder.close();
      expect(await readFile(logFile(), 'utf8')).toBe(content);
    }
    await writeFile(logFile(), '');
    store = await folder.open();
    await happen(1);
    expect((await ids()).slice(-3)).toEqual([3, 4, 5]);
  });

  test('an event log that cannot be written keeps nobody from changing or reading, and catches up later', async () => {
    const disk = new FaultyDisk();
    const { fileSystem } = disk;
    store = await folder.open({
      fileSystem: {
        ...fileSystem,
        open: (path, flags) => {
          if (flags === 'a' && path.endsWith('.jsonl') && !healed) return Promise.reject(new Error('EIO'));
          return fileSystem.open(path, flags);
        },
      },
    });
    let healed = false;
    await happen(10);
    expect(await ids()).toEqual(from(1, 11));
    expect(folder.log.join('\n')).toContain('event log append failed; events kept in the account file');
    healed = true;
    await happen(1);
    expect(await ids()).toEqual(from(1, 12));
    await folder.close();
    expect(await logLines()).toHaveLength(1 + 12 - (await accountFile()).outbox.length);
  });

  test('a reader of the event log is told what rotation dropped meanwhile', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: reading, resolve: reads } = Promise.withResolvers<void>();
    let blocks = Number.NaN;
    store = await folder.open({
      eventLog: { segmentBytes: 1000 },
      fileSystem: withLog({
        // The header is read with a few bytes; what comes after it, block by block.
        read: async (read, into) => {
          if (into.length < 1000 || ++blocks !== 2) return read();
          reads();
          await released;
          return read();
        },
      }),
    });
    await happen(9);
    blocks = 0;
    const early = ids();
    await reading;
    await happen(30);
    // Read after what has been written by now.
    const now = await ids();
    release();
    expect((await early)[0]).toBe(1);
    const page = await store.events.list(1, { after: 0, limit: 1 });
    expect(page).toMatchObject({ first: now[1], truncated: true });
    expect(now[0]).toBe(1);
  });

  test('an event log whose sync failed is rewritten before the account’s file drops the events', async () => {
    let failures = 1;
    let writtenSince = '';
    await folder.close();
    store = await folder.open({
      fileSystem: withLog({
        write: async (write, data) => {
          await write();
          writtenSince += data;
        },
        // The system forgets what it could not write: the next sync says that all is well.
        sync: async (sync) => {
          if (failures-- <= 0) return sync();
          writtenSince = '';
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        },
      }),
    });
    await happen(30);
    await folder.close();
    const logged = 31 - (await accountFile()).outbox.length;
    const safe = [...writtenSince.matchAll(/^{"id":(\d+)/gm)].map(([, id]) => Number(id));
    expect(logged).toBeGreaterThan(20);
    expect(safe).toEqual(from(1, logged));
    expect(await logLines()).toHaveLength(1 + logged);
  });

  test('an event log that is ahead of an account file put back is synced before new events build on it', async () => {
    await happen(20);
    await folder.close();
    const older = { ...(await accountFile()), last_event_id: 2, outbox: [] };
    await writeFile(join(folder.path, 'accounts/1.json'), JSON.stringify(older));
    const logged = (await logLines()).length - 1;
    let synced = 0;
    store = await folder.open({
      fileSystem: withLog({
        sync: async (sync) => {
          await sync();
          synced++;
        },
      }),
    });
    await store.events.watch(1, () => expect(synced).toBe(1));
    await happen(1);
    expect(await ids()).toEqual(from(1, logged + 1));
    expect(synced).toBeGreaterThan(0);
  });

  test('a subscriber gets an event that waited in installation.json because the account’s file could not take it', async () => {
    const disk = new FaultyDisk();
    let failing = true;
    store = await folder.open({
      fileSystem: {
        ...disk.fileSystem,
        rename: (from, to) =>
          failing && to.endsWith('accounts/1.json')
            ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
            : disk.fileSystem.rename(from, to),
      },
    });
    let news = 0;
    await store.events.watch(1, () => news++);
    await happen(2);
    expect(news).toBe(0);
    expect(await ids()).toEqual([1]);
    failing = false;
    expect(await ids()).toEqual([1, 2, 3]);
    expect(news).toBe(1);
    expect((await store.events.list(1, EVERYTHING)).events.at(-1)?.at).toBe(NOON);
  });
});
