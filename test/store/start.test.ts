import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FORMAT } from '../../server/store/json/formats/files.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import {
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  keepEvidence,
  madeDomain,
  NOON,
  newAccount,
} from './rows.ts';

describe('the data folder', () => {
  let folder: JsonFolder;

  beforeEach(async () => {
    folder = await makeJsonFolder();
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  async function readJson(name: string) {
    return JSON.parse(await readFile(join(folder.path, name), 'utf8'));
  }

  async function writeJson(name: string, content: unknown) {
    await writeFile(join(folder.path, name), JSON.stringify(content));
  }

  test('the data folder is private to its owner, and is made where it is missing', async () => {
    const dataDir = join(folder.path, 'deep', 'data');
    const store = await folder.open({ dataDir });
    await createAccount(store);
    await createToken(store, 1);
    const { id } = await madeDomain(store, 1, 'example.org');
    await keepEvidence(store, 1, id, {});
    store.tokens.touch(1, NOON);
    await store.checks.reschedule(
      { account: 1, id },
      { checked_at: NOON, began_at: null, due: { 'dkim:1': NOON, return_path: NOON }, codes: {} },
    );
    await folder.close();
    const names = await readdir(dataDir, { recursive: true });
    expect(names.sort()).toEqual([
      'accounts',
      'accounts/1.json',
      'deliveries',
      'events',
      'evidence',
      'evidence/1',
      'evidence/1/1.json',
      'installation.json',
      'lock',
      'logos',
      'schedule.json',
      'token-use.json',
    ]);
    for (const name of ['.', ...names]) {
      const { mode } = await stat(join(dataDir, name));
      expect(`${name} ${(mode & 0o777).toString(8)}`).toBe(`${name} ${(mode & 0o40000) === 0 ? 600 : 700}`);
    }
  });

  test('the data folder holds indented JSON with a format number, a field a line', async () => {
    const store = await folder.open();
    await createAccount(store);
    for (let at = 0; at < 40; at++) await madeDomain(store, 1, `n${at}.example`);
    await folder.close();
    for (const name of ['installation.json', 'accounts/1.json']) {
      const text = await readFile(join(folder.path, name), 'utf8');
      const content = JSON.parse(text);
      expect(content.format).toBe(FORMAT);
      expect(text).toBe(`${JSON.stringify(content, null, 2)}\n`);
    }
  });

  test('a clean stop leaves the data folder in order, and the next start goes on without a gap in the ids', async () => {
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'a.example');
    await deleteDomain(store, 1, (await madeDomain(store, 1, 'b.example')).id);
    await folder.close();
    expect((await readJson('installation.json')).next).toEqual({ account: 2, token: 1, domain: 3 });
    expect((await madeDomain(await folder.open(), 1, 'c.example')).id).toBe(3);
  });

  test('a crash leaves a gap in the ids, and no id is given twice', async () => {
    const store = await folder.open();
    await createAccount(store);
    await deleteDomain(store, 1, (await madeDomain(store, 1, 'a.example')).id);
    await using crashed = await folder.copy();
    expect((await madeDomain(await crashed.open(), 1, 'b.example')).id).toBe(101);
  });

  test('gives no id twice where installation.json names lower ids as the next, as one of an older time does', async () => {
    const store = await folder.open();
    await createAccount(store);
    await createToken(store, 1);
    await madeDomain(store, 1, 'a.example');
    await folder.close();
    const installation = await readJson('installation.json');
    await writeJson('installation.json', { ...installation, next: { account: 1, token: 1, domain: 1 } });
    const again = await folder.open();
    expect(folder.log.join('\n')).toContain('next ids were behind ids in use; raised');
    expect((await createAccount(again)).id).toBe(2);
    expect((await createToken(again, 1))?.id).toBe(2);
    expect((await madeDomain(again, 1, 'b.example')).id).toBe(2);
  });

  test('a start removes what interrupted writes left in the data folder', async () => {
    await createAccount(await folder.open());
    await folder.close();
    for (const name of ['installation.json.tmp', 'accounts/1.json.tmp']) {
      await writeFile(join(folder.path, name), '{');
    }
    await folder.open();
    const names = await readdir(folder.path, { recursive: true });
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a start removes an account that was never finished, but leaves and names one with domains', async () => {
    const store = await folder.open();
    await createAccount(store);
    await createAccount(store);
    await madeDomain(store, 2, 'example.org');
    await createAccount(store);
    await folder.close();
    const installation = await readJson('installation.json');
    await writeJson('installation.json', { ...installation, accounts: [{ id: 1, ...newAccount() }] });
    await writeFile(join(folder.path, 'accounts', 'notes.json'), 'whatever');
    const again = await folder.open();
    expect((await again.accounts.list()).map((row) => row.id)).toEqual([1]);
    expect(await readdir(join(folder.path, 'accounts'))).toEqual(['1.json', '2.json', 'notes.json']);
    expect(folder.log.join('\n')).toContain('accounts/2.json');
  });

  test('a start removes a deleted account whose files are still there', async () => {
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'example.org');
    await keepEvidence(store, 1, 1, {});
    await folder.close();
    const installation = await readJson('installation.json');
    await writeJson('installation.json', { ...installation, accounts: [], removing: [1] });
    await folder.open();
    for (const name of ['accounts', 'events', 'evidence']) {
      expect(await readdir(join(folder.path, name))).toEqual([]);
    }
  });

  test('the store refuses a row that it could not read again, and keeps working', async () => {
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'a.example');
    const spoil = store.domains.update(1, 1, (row) => ({
      row: { ...row, updated_at: 'yesterday' },
      events: [],
    }));
    await expect(spoil).rejects.toThrow('not an instant');
    expect((await createDomain(store, 1, 'b.example')).kind).toBe('written');
    expect(await (await folder.open()).domains.list(1, {})).toHaveLength(2);
  });

  test('the data folder can be moved, and carries what it has to', async () => {
    const store = await folder.open();
    await createAccount(store);
    await store.settings.setOnce('secret_key_check', 'check');
    await folder.close();
    await using copy = await folder.copy();
    for (const name of ['events', 'evidence']) await rm(join(copy.path, name), { recursive: true });
    const moved = await copy.open();
    expect(await moved.settings.get('secret_key_check')).toBe('check');
    expect((await createDomain(moved, 1, 'a.example')).kind).toBe('written');
  });

  // There, the system says ENOENT of a folder to make in one that is there.
  if (existsSync('/proc/self')) {
    test('a start that cannot make the data folder does not keep trying for ever', async () => {
      for (const dataDir of ['/proc/letterhead', '/proc/letterhead/data']) {
        await expect(folder.open({ dataDir })).rejects.toThrow(
          `The data folder ${dataDir} cannot be used: nothing can be made there. Mend that, or set DATA_DIR to another folder.`,
        );
      }
    });
  }

  test('a data folder that cannot be used is reported in one line', async () => {
    const file = join(folder.path, 'a-file');
    await writeFile(file, '');
    await expect(folder.open({ dataDir: join(file, 'data') })).rejects.toThrow(
      `The data folder ${join(file, 'data')} cannot be used: a file stands where a folder is needed. Mend that, or set DATA_DIR to another folder.`,
    );
    await mkdir(join(folder.path, 'lock'));
    await expect(folder.open()).rejects.toThrow(
      `The data folder ${folder.path} cannot be used: lock: a folder stands where a file is needed. Mend that, or set DATA_DIR to another folder.`,
    );
  });
});
