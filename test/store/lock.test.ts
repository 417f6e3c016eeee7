import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import { startTestServer } from '../running-server.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, createDomain, madeDomain, NOON } from './rows.ts';

const NODE_OPTIONS = ['--conditions=letterhead-source', '--disable-warning=ExperimentalWarning'];

describe('the lock on the data folder', () => {
  let folder: JsonFolder;
  let children: ChildProcess[];

  beforeEach(async () => {
    folder = await makeJsonFolder();
    children = [];
  });

  afterEach(async () => {
    for (const child of children) await kill(child);
    await folder[Symbol.asyncDispose]();
  });

  /** A process that holds the folder by the time this resolves, with the id of the domain that it made there. */
  async function holdInOtherProcess(): Promise<{ child: ChildProcess; domain: number }> {
    const script = join(import.meta.dirname, 'hold-folder.ts');
    const child = spawn(process.execPath, [...NODE_OPTIONS, script, folder.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) return { child, domain: Number(line) };
    throw new Error('the process ended before it held the folder');
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  test('the lock on the data folder turns a second process away, and names the first', async () => {
    const { child } = await holdInOtherProcess();
    await expect(folder.open()).rejects.toMatchObject({
      code: 'unavailable',
      message: `The data folder ${folder.path} is in use by process ${child.pid} on ${hostname()} since 2026-01-31T12:00:00.000Z. Stop that one first, or set DATA_DIR to another folder.`,
    });
    expect(child.exitCode).toBeNull();
  });

  test('the lock on the data folder is free as soon as its holder was killed, and acknowledged changes are there', async () => {
    const first = await holdInOtherProcess();
    await kill(first.child);
    const second = await holdInOtherProcess();
    expect(second.domain).toBeGreaterThan(first.domain);
    await kill(second.child);
    const store = await folder.open();
    const ids = (await store.domains.list(1, {})).map((row) => row.id);
    expect(ids).toEqual([first.domain, second.domain]);
    expect((await madeDomain(store, 1, 'third.example')).id).toBeGreaterThan(second.domain);
  });

  test('the lock on the data folder turns the same process away too, and stays held', async () => {
    await folder.open();
    const again = () => openJsonStore({ dataDir: join(folder.path, '.'), clock: () => new Date() });
    await expect(again()).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
    await expect(holdInOtherProcessQuietly()).resolves.not.toBe(0);
  });

  /** The exit code of a process that tries. */
  async function holdInOtherProcessQuietly(): Promise<number | null> {
    const script = join(import.meta.dirname, 'hold-folder.ts');
    const child = spawn(process.execPath, [...NODE_OPTIONS, script, folder.path], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'exit');
    return child.exitCode;
  }

  test('the lock on the data folder leaves only its own two files, and works when they are damaged', async () => {
    await folder.open();
    const locks = async () => (await readdir(folder.path)).filter((name) => name.startsWith('lock'));
    expect(await locks()).toEqual(['lock', 'lock.json']);
    await folder.close();
    for (const name of ['lock', 'lock.json']) await writeFile(join(folder.path, name), 'x'.repeat(3000));
    await folder.open();
    await expect(holdInOtherProcessQuietly()).resolves.not.toBe(0);
    await folder.close();
    expect(await locks()).toEqual(['lock']);
  });

  test('the holder of a lock file that was deleted stops writing, so that another holder loses nothing', async () => {
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'mine.example');
    store.tokens.touch(1, NOON);
    await rm(join(folder.path, 'lock'));
    const { domain } = await holdInOtherProcess();
    const refused = { code: 'unavailable', message: expect.stringContaining('no longer be the only one') };
    for (let at = 0; at < 3; at++) {
      await expect(store.ready()).rejects.toMatchObject(refused);
      await expect(createDomain(store, 1, 'lost.example')).rejects.toMatchObject(refused);
      await expect(store.snapshot()).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect((await store.domains.list(1, {})).map((row) => row.domain)).toEqual(['mine.example']);
    expect(folder.log.filter((line) => line.includes('the lock file was deleted or replaced'))).toHaveLength(
      1,
    );
    const holder = await readFile(join(folder.path, 'lock.json'), 'utf8');
    await folder.close();
    expect(await readFile(join(folder.path, 'lock.json'), 'utf8')).toBe(holder);
    for (const child of children) await kill(child);
    const ids = (await (await folder.open()).domains.list(1, {})).map((row) => row.id);
    expect(ids).toContain(domain);
  });

  test('a lock file that was replaced stays lost until a restart, even if the right one comes back', async () => {
    const store = await folder.open();
    await createAccount(store);
    const file = join(folder.path, 'lock');
    await rename(file, `${file}.old`);
    await writeFile(file, '');
    await expect(store.ready()).rejects.toMatchObject({ code: 'unavailable' });
    await rename(`${file}.old`, file);
    await expect(store.ready()).rejects.toMatchObject({ code: 'unavailable' });
    const again = await folder.open();
    await again.ready();
    expect((await createDomain(again, 1, 'example.org')).kind).toBe('written');
  });

  test('a server whose lock file was deleted answers 503 to every write, and to its readiness probe', async () => {
    await using server = await startTestServer();
    await rm(join(server.dataDir, 'lock'));
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    const created = await server.rest('POST', '/accounts/1/domains', { json: { domain: 'example.org' } });
    expect(created).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await server.rest('GET', '/accounts/1/domains')).body).toEqual({ data: [] });
    expect(server.log.join('')).toContain('the lock file was deleted or replaced');
  });

  test('the lock on the data folder is released when the start fails, and by a close', async () => {
    await folder.open();
    await folder.close();
    const { child } = await holdInOtherProcess();
    await kill(child);
    const store = await folder.open();
    expect(await store.domains.list(1, {})).toHaveLength(1);
  });
});
