import { createWriteStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ARCHIVE_LIMITS } from '../../server/limits.ts';
import { restoreArchive, type WriteArchiveOptions, writeArchive } from '../../server/store/json/archive.ts';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import {
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  everythingIn,
  keepEvidence,
  madeDomain,
  NOON,
  setLogo,
} from './rows.ts';

const SECRET_KEY = `${Buffer.alloc(32).toString('base64')}\n`;

describe('a backup', () => {
  let folder: JsonFolder;
  let store: JsonStore;
  /** A folder for archives and what is restored from them. */
  let elsewhere: JsonFolder;
  let archive: string;

  beforeEach(async () => {
    folder = await makeJsonFolder();
    elsewhere = await makeJsonFolder();
    archive = join(elsewhere.path, 'backup.tar.gz');
    store = await folder.open();
    await writeFile(join(folder.path, 'secret.key'), SECRET_KEY, {
      mode: 0o600,
    });
    for (const account of [1, 2]) {
      await createAccount(store);
      await createToken(store, account, `hash-${account}`);
      for (const name of ['a.example', 'b.example', 'ü.example']) await madeDomain(store, account, name);
    }
    await keepEvidence(store, 1, 1, { seen: ['ü'] });
    await store.checks.reschedule(
      { account: 1, id: 1 },
      { checked_at: NOON, began_at: null, due: { 'dkim:1': NOON, return_path: null }, codes: {} },
    );
    store.tokens.touch(1, NOON);
    await store.settings.setOnce('secret_key_check', 'check');
  });

  afterEach(async () => {
    await folder[Symbol.asyncDispose]();
    await elsewhere[Symbol.asyncDispose]();
  });

  async function backUp(options?: WriteArchiveOptions): Promise<void> {
    await using snapshot = await store.snapshot();
    await writeArchive(snapshot, createWriteStream(archive), options);
  }

  async function restored(name = 'restored') {
    const path = join(elsewhere.path, name);
    const report = await restoreArchive(archive, path);
    return { path, report };
  }

  async function leftovers(): Promise<string[]> {
    return (await readdir(folder.path)).filter((name) => name.startsWith('.snapshot'));
  }

  test('a backup holds everything, and is restored into a folder that a store opens', async () => {
    await setLogo(store, 1, 'Zmlyc3Q=');
    const everything = await everythingIn(store);
    await backUp();
    const { path, report } = await restored();
    expect(report).toEqual({ usable: true, accounts: 2, domains: 6, problems: [] });
    const other = await elsewhere.open({ dataDir: path });
    expect(await everythingIn(other)).toEqual(everything);
    expect(await other.checks.evidence(1, 1)).toEqual({ seen: ['ü'] });
    expect((await other.domains.get(1, 1))?.checks).toEqual((await store.domains.get(1, 1))?.checks);
    expect((await other.tokens.get(1, 1))?.last_used_at).toBe(NOON);
    expect(await other.settings.get('secret_key_check')).toBe('check');
    expect(await readFile(join(path, 'secret.key'), 'utf8')).toBe(SECRET_KEY);
    for (const name of await readdir(path, { recursive: true })) {
      const { mode } = await stat(join(path, name));
      expect(`${name} ${(mode & 0o77).toString(8)}`).toBe(`${name} 0`);
    }
    expect(await leftovers()).toEqual([]);
  });

  test('a backup is of one moment, whatever happens while it is written', async () => {
    await setLogo(store, 1, 'Zmlyc3Q=');
    const everything = await everythingIn(store);
    const snapshot = await store.snapshot();
    await setLogo(store, 1, null);
    await createDomain(store, 1, 'later.example');
    await deleteDomain(store, 1, 1);
    await createToken(store, 2, 'later');
    await createAccount(store);
    await store.accounts.delete(2, () => null);
    await writeArchive(snapshot, createWriteStream(archive));
    await snapshot[Symbol.asyncDispose]();
    const { path, report } = await restored();
    expect(report.problems).toEqual([]);
    expect(await everythingIn(await elsewhere.open({ dataDir: path }))).toEqual(everything);
  });

  test('a backup taken during changes is whole, and loses none that was acknowledged before', async () => {
    let going = true;
    const acknowledged = new Set<string>();
    const change = async (account: number) => {
      for (let at = 0; going; at++) {
        const name = `n${at}.of-${account}.example`;
        await createDomain(store, account, name);
        acknowledged.add(name);
        await createToken(store, account, `${account}-${at}`);
      }
    };
    const changes = [change(1), change(2)];
    for (let round = 0; round < 5; round++) {
      const before = new Set(acknowledged);
      await backUp();
      const { path, report } = await restored(`restored-${round}`);
      expect(report.problems).toEqual([]);
      const other = await elsewhere.open({ dataDir: path });
      const contents = await everythingIn(other);
      const names = contents.flatMap(({ domains }) => domains.map((row) => row.domain));
      expect([...before].filter((name) => !names.includes(name))).toEqual([]);
      for (const { domains, tokens, events } of contents) {
        expect(events.map((row) => row.id)).toEqual(events.map((_, at) => at + 1));
        expect(events).toHaveLength(1 + domains.length + tokens.length);
      }
      await elsewhere.close();
    }
    going = false;
    await Promise.all(changes);
    expect(acknowledged.size).toBeGreaterThan(10);
  });

  test('a backup can leave the secret key out', async () => {
    await backUp({ withoutKey: true });
    const { path } = await restored();
    expect(await readdir(path)).not.toContain('secret.key');
  });

  test('a backup copies files where the file system has no links', async () => {
    const everything = await everythingIn(store);
    const refuse = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    store = await folder.open({ fileSystem: { ...nodeFileSystem, link: refuse } });
    await backUp();
    const { path } = await restored();
    expect(await everythingIn(await elsewhere.open({ dataDir: path }))).toEqual(everything);
  });

  test('a backup that fails half-way says so, and leaves nothing behind', async () => {
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no room')) });
    const failing = async () => {
      await using snapshot = await store.snapshot();
      await writeArchive(snapshot, full);
    };
    await expect(failing()).rejects.toThrow('no room');
    expect(await leftovers()).toEqual([]);
    expect((await createDomain(store, 1, 'later.example')).kind).toBe('written');
  });

  test('a backup that a crash left unfinished is removed at the next start', async () => {
    await store.snapshot();
    expect(await leftovers()).toHaveLength(1);
    store = await folder.open();
    expect(await leftovers()).toEqual([]);
    expect((await everythingIn(store))[0]?.domains).toHaveLength(3);
  });

  test('a backup is restored into the data folder of a fresh checkout, whose README and .gitignore stay', async () => {
    await backUp();
    const path = join(elsewhere.path, 'data');
    await cp(join(import.meta.dirname, '../../data'), path, {
      recursive: true,
      filter: (source) => ['data', 'README.md', '.gitignore'].includes(basename(source)),
    });
    const readme = await readFile(join(path, 'README.md'), 'utf8');
    await expect(restoreArchive(join(path, 'README.md'), path)).rejects.toThrow('Nothing was changed');
    expect(await readdir(path)).toEqual(['.gitignore', 'README.md']);
    await restoreArchive(archive, path);
    expect(await readdir(path)).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'accounts']));
    expect(await readFile(join(path, 'README.md'), 'utf8')).toBe(readme);
    expect(await checkFolder(path)).toMatchObject({ usable: true, accounts: 2, problems: [] });
    await expect(restoreArchive(archive, path)).rejects.toThrow('is not empty');
  });

  describe('is not restored', () => {
    test('a backup is not restored over existing data', async () => {
      await backUp();
      await expect(restoreArchive(archive, folder.path)).rejects.toMatchObject({
        code: 'invalid',
        message: `${folder.path} is not empty. Restore into a new folder.`,
      });
      const empty = join(elsewhere.path, 'empty');
      await mkdir(empty);
      await restoreArchive(archive, empty);
      expect(await readdir(empty)).toContain('installation.json');
    });

    test('a file that is cut off, or is not a backup, is not restored and leaves nothing behind', async () => {
      await backUp();
      const whole = await readFile(archive);
      const path = join(elsewhere.path, 'restored');
      const parts = Array.from({ length: 40 }, (_, part) => (whole.length * part) / 40);
      for (const length of [5, 100, ...parts, whole.length - 9, whole.length - 1]) {
        await writeFile(archive, whole.subarray(0, length));
        await expect(restoreArchive(archive, path)).rejects.toMatchObject({ code: 'invalid' });
      }
      await writeFile(archive, 'something else');
      await expect(restoreArchive(archive, path)).rejects.toThrow(
        /cannot be restored: .*Nothing was changed/,
      );
      expect(await readdir(elsewhere.path)).toEqual(['backup.tar.gz']);
      await expect(restoreArchive(join(elsewhere.path, 'missing'), path)).rejects.toMatchObject({
        code: 'invalid',
      });
    });

    test('a backup that would unpack to far more than its size is not restored and leaves nothing behind', async () => {
      for (const parts of [1, 10]) {
        const tar = pack();
        const written = pipeline(tar, createGzip(), createWriteStream(archive));
        const zeros = Buffer.alloc((ARCHIVE_LIMITS.extraBytes * 2) / parts);
        for (let at = 1; at <= parts; at++)
          await new Promise((resolve) => tar.entry({ name: `accounts/${at}.json` }, zeros, resolve));
        tar.finalize();
        await written;
        expect((await stat(archive)).size).toBeLessThan(zeros.length);
        const refused = restoreArchive(archive, join(elsewhere.path, 'restored'));
        await expect(refused).rejects.toMatchObject({
          code: 'invalid',
          message: expect.stringMatching(/would unpack to more than \d+ bytes.* Nothing was changed\./),
        });
        expect(await readdir(elsewhere.path)).toEqual(['backup.tar.gz']);
      }
    });

    test('a backup with a file larger than any file of a backup is not restored', async () => {
      const tar = pack();
      tar.entry({ name: 'accounts/1.json', size: ARCHIVE_LIMITS.fileBytes + 1 });
      const header = await firstBlock(tar);
      await writeFile(archive, gzipSync(header));
      const refused = restoreArchive(archive, join(elsewhere.path, 'restored'));
      await expect(refused).rejects.toThrow(
        `accounts/1.json in it has more than ${ARCHIVE_LIMITS.fileBytes} bytes`,
      );
      expect(await readdir(elsewhere.path)).toEqual(['backup.tar.gz']);
    });

    test('a backup that holds a file twice is not restored', async () => {
      const tar = pack();
      for (let at = 0; at < 2; at++) tar.entry({ name: 'ids.json' }, '{}');
      tar.finalize();
      await pipeline(tar, createGzip(), createWriteStream(archive));
      await expect(restoreArchive(archive, join(elsewhere.path, 'restored'))).rejects.toThrow('a file twice');
      expect(await readdir(elsewhere.path)).toEqual(['backup.tar.gz']);
    });

    test('a backup that holds something other than files of a data folder is not restored', async () => {
      const names = [
        '../outside.json',
        '/etc/outside',
        'accounts/../../outside.json',
        'lock',
        'accounts/x.json',
      ];
      for (const name of names) {
        const tar = pack();
        tar.entry({ name: 'ids.json' }, '{}');
        tar.entry({ name }, 'mine');
        tar.finalize();
        await pipeline(tar, createGzip(), createWriteStream(archive));
        const refused = restoreArchive(archive, join(elsewhere.path, 'restored'));
        await expect(refused).rejects.toThrow(`it holds ${JSON.stringify(name)}`);
      }
      expect(await readdir(elsewhere.path)).toEqual(['backup.tar.gz']);
    });
  });
});

/** What a tar begins with: the header of its first file. */
async function firstBlock(tar: Pack): Promise<Buffer> {
  for await (const block of tar) if (Buffer.isBuffer(block)) return block;
  throw new Error('the tar is empty');
}
