import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FILE_LIMITS } from '../../server/limits.ts';
import {
  BufferPool,
  type FileSystem,
  nodeFileSystem,
  type OpenFile,
} from '../../server/store/json/disk/file-system.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, event, keepEvidence, madeDomain } from './rows.ts';

const MANY = 300;

/** The machine's file system, in which what is read and written waits until it is let go of. */
class SlowDisk {
  readonly #waiting: { path: string; proceed: () => void }[] = [];
  #slow = false;
  open = 0;
  mostOpen = 0;

  get waiting(): readonly string[] {
    return this.#waiting.map(({ path }) => path);
  }

  slowDown(): void {
    this.#slow = true;
  }

  /** Lets the files whose path `which` matches go on, and all others that come. */
  release(which: RegExp): void {
    for (const one of this.#waiting.splice(0)) {
      if (which.test(one.path)) one.proceed();
      else this.#waiting.push(one);
    }
  }

  speedUp(): void {
    this.#slow = false;
    this.release(/./);
  }

  readonly fileSystem: FileSystem = {
    ...nodeFileSystem,
    readText: (path) => this.#hold(path, () => nodeFileSystem.readText(path)),
    open: async (path, flags) => {
      const file = await nodeFileSystem.open(path, flags);
      this.#opened();
      const watched: OpenFile = {
        ...file,
        read: (into, position) => this.#delay(path, () => file.read(into, position)),
        write: (data) => this.#delay(path, () => file.write(data)),
        [Symbol.asyncDispose]: () => {
          this.open--;
          return file[Symbol.asyncDispose]();
        },
      };
      return watched;
    },
  };

  async #hold<T>(path: string, work: () => Promise<T>): Promise<T> {
    this.#opened();
    try {
      return await this.#delay(path, work);
    } finally {
      this.open--;
    }
  }

  #opened(): void {
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
  }

  async #delay<T>(path: string, work: () => Promise<T>): Promise<T> {
    if (this.#slow) await new Promise<void>((proceed) => this.#waiting.push({ path, proceed }));
    return work();
  }
}

describe('files that are read and written at once', () => {
  let folder: JsonFolder;
  let disk: SlowDisk;
  let store: JsonStore;

  beforeEach(async () => {
    folder = await makeJsonFolder();
    disk = new SlowDisk();
    store = await folder.open({ fileSystem: disk.fileSystem });
    for (const account of [1, 2]) {
      await createAccount(store);
      const { id } = await madeDomain(store, account, 'example.org');
      await keepEvidence(store, account, id, { of: account });
    }
    disk.mostOpen = disk.open;
    disk.slowDown();
  });

  afterEach(async () => {
    disk.speedUp();
    await folder[Symbol.asyncDispose]();
  });

  /** The rest of what one account waits for is not looked at while `other` is. */
  async function passesBy(other: Promise<unknown>, pathOfOther: RegExp): Promise<void> {
    await expect.poll(() => disk.waiting.some((path) => pathOfOther.test(path))).toBe(true);
    const passing = setInterval(() => disk.release(pathOfOther), 1);
    await other;
    clearInterval(passing);
  }

  test('reading evidence opens a bounded number of files, and one account leaves room for another', async () => {
    const before = disk.open;
    const reads = Array.from({ length: MANY }, () => store.checks.evidence(1, 1));
    await expect.poll(() => disk.waiting.length).toBe(FILE_LIMITS.readsPerAccount);
    const other = store.checks.evidence(2, 2);
    await passesBy(other, /evidence\/2\//);
    expect(await other).toEqual({ of: 2 });
    expect(disk.mostOpen - before).toBeLessThanOrEqual(FILE_LIMITS.readsPerAccount + 1);
    disk.speedUp();
    expect(await Promise.all(reads)).toEqual(Array(MANY).fill({ of: 1 }));
  });

  test('listing events opens a bounded number of files, and one account leaves room for another', async () => {
    disk.speedUp();
    await store.close();
    store = await folder.open({ fileSystem: disk.fileSystem });
    // With nothing in the account’s own file, every list goes through the log.
    for (const account of [1, 2]) {
      for (let at = 0; at < 12; at++)
        await store.accounts.update(account, (row) => ({ row, events: [event('account.renamed')] }));
    }
    const before = disk.open;
    disk.mostOpen = before;
    disk.slowDown();
    const lists = Array.from({ length: MANY }, () => store.events.list(1, { after: 0, limit: 1 }));
    await expect.poll(() => disk.waiting.length).toBeGreaterThan(0);
    const other = store.events.list(2, { after: 0, limit: 1 });
    await passesBy(other, /events\/2\./);
    expect((await other).events).toHaveLength(1);
    disk.speedUp();
    const pages = await Promise.all(lists);
    expect(new Set(pages.map((page) => page.events[0]?.id))).toEqual(new Set([1]));
    expect(disk.mostOpen - before).toBeLessThanOrEqual(3 * FILE_LIMITS.reads);
  });

  test('an account that writes much leaves room for another’s change', async () => {
    disk.speedUp();
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.example`);
    const rows = await Promise.all(names.map((name) => madeDomain(store, 1, name)));
    disk.slowDown();
    const writes = rows.map(({ id }) => keepEvidence(store, 1, id, { id }));
    await expect.poll(() => disk.waiting.length).toBe(FILE_LIMITS.writesPerAccount);
    const other = madeDomain(store, 2, 'other.example');
    await passesBy(other, /accounts\/2\.json/);
    expect((await other).domain).toBe('other.example');
    disk.speedUp();
    await Promise.all(writes);
  });
});

test('spare buffers are no more than the limit', () => {
  const pool = new BufferPool(16);
  const taken = Array.from({ length: 100 }, () => pool.take());
  for (const buffer of taken) pool.giveBack(buffer);
  const again = Array.from({ length: 100 }, () => pool.take());
  expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(FILE_LIMITS.spareBuffers);
});

describe('evidence', () => {
  for (const code of ['EMFILE', 'EIO', 'EACCES']) {
    test(`evidence that cannot be read because of ${code} is unavailable, and not reported as absent`, async () => {
      await using folder = await makeJsonFolder();
      let failing = false;
      const fail = () => Promise.reject(Object.assign(new Error(`${code}: made to fail`), { code }));
      const store = await folder.open({
        fileSystem: {
          ...nodeFileSystem,
          readText: (path) => (failing ? fail() : nodeFileSystem.readText(path)),
        },
      });
      await createAccount(store);
      await madeDomain(store, 1, 'example.org');
      await keepEvidence(store, 1, 1, { seen: true });
      failing = true;
      for (let at = 0; at < 3; at++)
        await expect(store.checks.evidence(1, 1)).rejects.toMatchObject({ code: 'unavailable' });
      failing = false;
      expect(await store.checks.evidence(1, 1)).toEqual({ seen: true });
      expect(folder.log.filter((line) => line.includes('evidence cannot be read now'))).toHaveLength(1);
    });
  }

  test('damaged evidence counts as none, because the next check replaces it', async () => {
    await using folder = await makeJsonFolder();
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'example.org');
    await madeDomain(store, 1, 'example.net');
    await keepEvidence(store, 1, 1, { seen: true });
    await writeFile(join(folder.path, 'evidence/1/1.json'), '{');
    await mkdir(join(folder.path, 'evidence/1/2.json'));
    for (const id of [1, 2]) expect(await store.checks.evidence(1, id)).toBeUndefined();
  });
});
