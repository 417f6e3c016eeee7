import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type Fault, FaultyDisk } from './faulty-disk.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import {
  createAccount,
  createDomain,
  createShare,
  createToken,
  deleteDomain,
  event,
  everythingIn,
  madeDomain,
  NOON,
  renameDomain,
} from './rows.ts';

const FAULTS: Fault[] = ['ENOSPC', 'EIO', 'EACCES', 'EROFS'];

/** Each changes one thing in a store that `prepare` has filled. */
const CHANGES: Record<string, (store: JsonStore) => Promise<unknown>> = {
  'creating a domain': (store) => createDomain(store, 1, 'new.example'),
  'renaming a domain': (store) => renameDomain(store, 1, 1, 'new.example'),
  'deleting a domain': (store) => deleteDomain(store, 1, 1),
  'deleting a domain that is shared': (store) => deleteDomain(store, 1, 2),
  'sharing a domain': (store) => createShare(store, 1, 1, 'new-link'),
  'creating an account': (store) => createAccount(store),
  'suspending an account': (store) =>
    store.accounts.update(1, (row) => ({
      row: { ...row, suspended: true },
      events: [event('account.suspended')],
    })),
  'deleting an account': (store) =>
    store.accounts.delete(2, () => ({ account: 1, event: event('account.deleted') })),
  'creating a token': (store) => createToken(store, 1, 'new-hash'),
  'revoking a token': (store) => store.tokens.delete(1, 1, () => event('token.revoked')),
  'keeping the check of the secret key': (store) => store.settings.setOnce('secret_key_check', 'check'),
};

async function prepare(store: JsonStore): Promise<void> {
  await createAccount(store);
  await createAccount(store);
  await createToken(store, 1, 'hash-1');
  for (const name of ['a.example', 'b.example']) await madeDomain(store, 1, name);
  await madeDomain(store, 2, 'c.example');
  for (const hash of ['link-1', 'link-2']) await createShare(store, 1, 2, hash);
}

async function everything(store: JsonStore) {
  return { accounts: await everythingIn(store), check: await store.settings.get('secret_key_check') };
}

/** What a start would find now, were the process killed. */
async function everythingOnDisk(folder: JsonFolder) {
  await using copy = await folder.copy();
  return await everything(await copy.open());
}

describe('a disk that fails', () => {
  let prepared: JsonFolder;
  let folder: JsonFolder;
  let disk: FaultyDisk;
  let store: JsonStore;

  beforeAll(async () => {
    prepared = await makeJsonFolder();
    await prepare(await prepared.open());
    await prepared.close();
  });

  afterAll(() => prepared[Symbol.asyncDispose]());

  beforeEach(async () => {
    folder = await prepared.copy();
    disk = new FaultyDisk();
    store = await folder.open({ fileSystem: disk.fileSystem });
  });

  afterEach(async () => {
    disk.heal();
    await folder[Symbol.asyncDispose]();
  });

  /** Lets the `nth` operation of the change fail. Null: it has fewer. */
  async function attempt(
    change: (store: JsonStore) => Promise<unknown>,
    nth: number,
    code: Fault,
  ): Promise<'done' | 'refused' | null> {
    await using own = await prepared.copy();
    const disk = new FaultyDisk();
    const store = await own.open({ fileSystem: disk.fileSystem });
    const before = await everything(store);
    disk.failAt(nth, code);
    const outcome = await change(store).then(
      () => 'done' as const,
      (error: unknown) => error,
    );
    disk.heal();
    expect(await everythingOnDisk(own)).toEqual(await everything(store));
    if (outcome === 'done') return disk.struck ? 'done' : null;
    expect(outcome).toMatchObject({ code: 'unavailable', retryAfter: expect.any(Number) });
    expect(String(outcome)).not.toContain(own.path);
    expect(await everything(store)).toEqual(before);
    expect(await temporaryFiles(own.path)).toEqual([]);
    await change(store);
    expect(await everything(store)).not.toEqual(before);
    return 'refused';
  }

  for (const [what, change] of Object.entries(CHANGES)) {
    test(`a disk that fails at any operation of ${what} leaves it done, or refused with everything as it was`, async () => {
      const refused = new Map<Fault, number>();
      for (let nth = 1, reached = true; reached; nth++) {
        const outcomes = await Promise.all(FAULTS.map((code) => attempt(change, nth, code)));
        for (const [at, code] of FAULTS.entries()) {
          if (outcomes[at] === 'refused') refused.set(code, (refused.get(code) ?? 0) + 1);
        }
        reached = outcomes.some((outcome) => outcome !== null);
      }
      // To open, to write, to sync, to rename, and to sync the folder: each of them, with each of the faults.
      for (const code of FAULTS) expect(refused.get(code)).toBeGreaterThanOrEqual(5);
    });
  }

  test('a disk that fails keeps nobody from reading, and is written to again as soon as it works', async () => {
    const before = await everything(store);
    disk.failAt(1, 'ENOSPC', true);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(createDomain(store, 1, 'new.example')).rejects.toThrow('disk is full');
      await expect(store.ready()).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect((await store.domains.list(1, {})).map((row) => row.id)).toEqual([1, 2]);
    expect(await store.tokens.findByHash('hash-1')).toBeDefined();
    disk.heal();
    expect(await everything(store)).toEqual(before);
    await store.ready();
    expect((await createDomain(store, 1, 'new.example')).kind).toBe('written');
    expect(folder.log.filter((line) => line.includes('a write failed'))).toHaveLength(1);
    expect(folder.log.filter((line) => line.includes('writes work again'))).toHaveLength(1);
  });

  test('a disk that fails refuses every change of a shared write, and frees their names and ids', async () => {
    // Ids are at hand after this, so that it is the account's write that fails.
    const { id } = await madeDomain(store, 1, 'first.example');
    await deleteDomain(store, 1, id);
    disk.failAt(1, 'EIO', true);
    const names = ['n1.example', 'n2.example', 'n1.example'];
    const outcomes = await Promise.allSettled(names.map((name) => createDomain(store, 1, name)));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
    disk.heal();
    expect((await createDomain(store, 1, 'n1.example')).kind).toBe('written');
  });

  test('a change that writes nothing is answered even on a disk that fails', async () => {
    disk.failAt(1, 'EIO', true);
    expect((await createDomain(store, 1, 'a.example')).kind).toBe('taken');
    expect((await createDomain(store, 1, 'z.example', 2)).kind).toBe('full');
    expect(await deleteDomain(store, 1, 99)).toBe(false);
  });

  test('a disk that fails for longer than the attempt to undo does not bring a refused change back later', async () => {
    // The last operation of the change is the sync of the folder: by then the new file is in place.
    disk.failAt(1000, 'EIO');
    const start = disk.operations;
    await renameDomain(store, 1, 1, 'measured.example');
    await renameDomain(store, 1, 1, 'a.example');
    const operations = (disk.operations - start) / 2;
    let refused = 0;
    for (let nth = 1; nth <= operations; nth++) {
      disk.failAt(nth, 'EIO', true);
      const outcome = await renameDomain(store, 1, 1, 'new.example').catch(() => 'refused');
      disk.heal();
      expect(outcome).toBe('refused');
      refused++;
      expect((await store.domains.get(1, 1))?.domain).toBe('a.example');
      store = await folder.open({ fileSystem: disk.fileSystem });
      expect((await store.domains.get(1, 1))?.domain).toBe('a.example');
    }
    expect(refused).toBeGreaterThanOrEqual(5);
  });

  test('a store can be closed on a disk that fails, and lets its folder go', async () => {
    store.tokens.touch(1, NOON);
    disk.failAt(1, 'EIO', true);
    await store.close();
    disk.heal();
    store = await folder.open({ fileSystem: disk.fileSystem });
    expect(await store.accounts.list()).toHaveLength(2);
  });
});

if (mayMount()) {
  describe('a disk that is really full', () => {
    test('a full disk refuses what it cannot hold, keeps what it has, and goes on once there is room', () =>
      onSmallDisk(fillUp));

    test('a full disk keeps no start from serving what is there', () => onSmallDisk(startFull));
  });
}

async function onSmallDisk(work: (folder: JsonFolder) => Promise<void>): Promise<void> {
  await using folder = await makeJsonFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path]);
  try {
    await work(folder);
  } finally {
    await folder.close();
    execFileSync('umount', [folder.path]);
  }
}

async function startFull(folder: JsonFolder): Promise<void> {
  await prepare(await folder.open());
  await folder.close();
  const ballast = join(folder.path, 'ballast');
  await writeFile(ballast, Buffer.alloc(2_000_000)).catch(() => {});
  const store = await folder.open();
  expect((await store.domains.list(1, {})).map((row) => row.id)).toEqual([1, 2]);
  await expect(createDomain(store, 1, 'new.example')).rejects.toThrow('disk is full');
  await rm(ballast);
  expect((await createDomain(store, 1, 'new.example')).kind).toBe('written');
}

async function fillUp(folder: JsonFolder): Promise<void> {
  const ballast = join(folder.path, 'ballast');
  await writeFile(ballast, Buffer.alloc(300_000));
  const store = await folder.open();
  await createAccount(store);
  let refusal: unknown = null;
  for (let at = 0; at < 1000 && refusal === null; at++) {
    refusal = await createDomain(store, 1, `${'x'.repeat(60)}.n${at}.example`).then(
      () => null,
      (error: unknown) => error,
    );
  }
  expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining('disk is full') });
  const kept = await everything(store);
  expect(kept.accounts[0]?.domains.length).toBeGreaterThan(100);
  expect(await everythingOnDisk(folder)).toEqual(kept);
  await rm(ballast);
  await store.ready();
  expect((await createDomain(store, 1, 'room.example')).kind).toBe('written');
  expect(await everythingOnDisk(folder)).toEqual(await everything(store));
}

/** Whether this machine lets us have a small disk of our own; where it does not, there is no such test. */
function mayMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'letterhead-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function temporaryFiles(path: string): Promise<string[]> {
  const names = await readdir(path, { recursive: true });
  return names.filter((name) => name.endsWith('.tmp'));
}
