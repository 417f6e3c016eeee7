import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSecretKeyFile, readSecretKeyFile } from '../../server/keys/secret-key-file.ts';
import { restoreArchive, writeArchive } from '../../server/store/json/archive.ts';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, createDomain, keepEvidence, madeDomain } from './rows.ts';

const NOBODY = 65534;

// Windows has no modes, and lets nobody make links without asking.
if (process.platform !== 'win32') {
  describe('who can write to the data folder', () => {
    let folder: JsonFolder;

    beforeEach(async () => {
      folder = await makeJsonFolder();
    });

    afterEach(() => folder[Symbol.asyncDispose]());

    test('only the owner can write to the data folder after a start, whoever could before', async () => {
      await chmod(folder.path, 0o777);
      await folder.open();
      expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
      expect(folder.log.join('\n')).not.toContain('warn');
    });

    // Another user's folder is needed, and only root can make one.
    if (process.getuid?.() === 0) {
      test('a data folder whose mode cannot be changed is refused if everybody can write to it, and warned of if a group can', async () => {
        const dataDir = join(folder.path, 'of-root');
        await mkdir(dataDir);
        await chmod(folder.path, 0o755);
        await chmod(dataDir, 0o777);
        await asNobody(async () => {
          await expect(folder.open({ dataDir })).rejects.toMatchObject({
            code: 'unavailable',
            message: `Every user of this machine can write to the data folder ${dataDir}, and so replace what is in it. Let its owner run \`chmod 700 ${dataDir}\`, or set DATA_DIR to another folder.`,
          });
        });
        await rm(dataDir, { recursive: true });
        await mkdir(dataDir);
        await chown(dataDir, 0, NOBODY);
        await chmod(dataDir, 0o770);
        await asNobody(async () => {
          await createAccount(await folder.open({ dataDir }));
          await folder.close();
        });
        expect(folder.log.join('\n')).toContain('the group of the data folder can write to it');
      });
    }
  });

  describe('a symbolic link', () => {
    let folder: JsonFolder;
    /** Somebody else's file or folder, which links lead to. */
    let elsewhere: JsonFolder;
    let target: string;

    beforeEach(async () => {
      folder = await makeJsonFolder();
      elsewhere = await makeJsonFolder();
      target = join(elsewhere.path, 'target');
      await writeFile(target, 'theirs');
    });

    afterEach(async () => {
      await folder[Symbol.asyncDispose]();
      await elsewhere[Symbol.asyncDispose]();
    });

    test('a symbolic link that is the data folder itself is followed', async () => {
      const dataDir = join(elsewhere.path, 'data');
      await symlink(folder.path, dataDir);
      await madeDomainIn(await elsewhere.open({ dataDir }));
      await elsewhere.close();
      expect(await (await folder.open()).domains.list(1, {})).toHaveLength(1);
    });

    test('a symbolic link that waits where a file is about to be written is never written through', async () => {
      let racing = false;
      const store = await folder.open({
        fileSystem: {
          ...nodeFileSystem,
          // Laid again each time, as somebody would who races with the server.
          async open(path, mode) {
            if (racing && mode === 'wx') await symlink(target, path).catch(() => {});
            return nodeFileSystem.open(path, mode);
          },
        },
      });
      racing = true;
      await expect(createAccount(store)).rejects.toMatchObject({ code: 'unavailable' });
      racing = false;
      await folder.close();
      const again = await folder.open();
      for (const name of ['installation.json.tmp', 'accounts/1.json.tmp'])
        await symlink(target, join(folder.path, name));
      await symlink(target, join(folder.path, 'evidence/1-1.json.tmp'));
      await madeDomainIn(again);
      await keepEvidence(again, 1, 1, { seen: true });
      expect(await again.checks.evidence(1, 1)).toEqual({ seen: true });
      await symlink(target, join(folder.path, 'secret.key.tmp'));
      const key = await makeSecretKeyFile(folder.path);
      expect(await readSecretKeyFile(folder.path)).toEqual(key);
      expect(await readFile(target, 'utf8')).toBe('theirs');
    });

    test('a symbolic link in the place of evidence brings nothing of its target into a backup', async () => {
      await madeDomainIn(await folder.open());
      const store = await folder.open();
      await keepEvidence(store, 1, 1, { seen: true });
      await rm(join(folder.path, 'evidence/1/1.json'));
      await symlink(target, join(folder.path, 'evidence/1/1.json'));
      await using snapshot = await store.snapshot();
      const archive = join(elsewhere.path, 'archive');
      await writeArchive(snapshot, createWriteStream(archive));
      const restored = join(elsewhere.path, 'restored');
      expect((await restoreArchive(archive, restored)).problems).toEqual([]);
      expect(await readdir(restored)).not.toContain('evidence');
    });

    test('a symbolic link in the place of a log is neither read nor written, and keeps nobody from changing', async () => {
      const store = await folder.open();
      await symlink(target, join(folder.path, 'events/1.jsonl'));
      await createAccount(store);
      await madeDomain(store, 1, 'example.org');
      await expect(store.events.list(1, { after: 0, limit: 1 })).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(await readFile(target, 'utf8')).toBe('theirs');
      expect((await checkFolder(folder.path)).problems).toContainEqual({
        file: 'events/1.jsonl',
        message: 'events/1.jsonl cannot be read: a symbolic link stands in its place.',
      });
    });

    for (const name of ['installation.json', 'accounts', 'evidence', 'lock']) {
      test(`a symbolic link in the place of ${name} keeps the store from opening, and is reported`, async () => {
        await madeDomainIn(await folder.open());
        await folder.close();
        const moved = join(elsewhere.path, 'moved');
        await rename(join(folder.path, name), moved);
        await symlink(moved, join(folder.path, name));
        await expect(folder.open()).rejects.toMatchObject({
          code: 'unavailable',
          message: `The data folder ${folder.path} cannot be used: ${name}: a symbolic link stands in its place. Mend that, or set DATA_DIR to another folder.`,
        });
      });
    }

    test('a symbolic link in the place of secret.key is not followed', async () => {
      await symlink(target, join(folder.path, 'secret.key'));
      await expect(readSecretKeyFile(folder.path)).rejects.toThrow('symbolic link');
    });

    test('a folder in the place of secret.key is reported by its path', async () => {
      const path = join(folder.path, 'secret.key');
      await mkdir(path);
      await expect(readSecretKeyFile(folder.path)).rejects.toThrow(
        `${path} cannot be read: a folder stands where a file is needed.`,
      );
    });

    test('evidence is kept though its folder was taken away meanwhile', async () => {
      const store = await folder.open();
      await madeDomainIn(store);
      await keepEvidence(store, 1, 1, { seen: 'before' });
      await rm(join(folder.path, 'evidence'), { recursive: true });
      await keepEvidence(store, 1, 1, { seen: 'after' });
      expect(await store.checks.evidence(1, 1)).toEqual({ seen: 'after' });
    });

    test('a symbolic link in the place of an account’s folder of evidence is not written through', async () => {
      const store = await folder.open();
      await madeDomainIn(store);
      await symlink(elsewhere.path, join(folder.path, 'evidence/1'));
      await keepEvidence(store, 1, 1, {});
      expect(await readdir(elsewhere.path)).toEqual(['target']);
      expect((await createDomain(store, 1, 'other.example')).kind).toBe('written');
    });
  });
}

// Windows has no such files in folders.
if (process.platform !== 'win32') {
  describe('named pipes, which a read would wait at', () => {
    let folder: JsonFolder;

    beforeEach(async () => {
      folder = await makeJsonFolder();
      await madeDomainIn(await folder.open());
    });

    afterEach(() => folder[Symbol.asyncDispose]());

    for (const name of ['installation.json', 'lock']) {
      test(`a named pipe in the place of ${name} keeps the store from opening, and is reported`, async () => {
        await folder.close();
        await replaceByPipe(join(folder.path, name));
        await expect(folder.open()).rejects.toMatchObject({
          code: 'unavailable',
          message: expect.stringMatching(
            /: a pipe (?:or a socket )?stands where a file is needed\. Mend that/,
          ),
        });
      });
    }

    test('a named pipe in the place of other files holds up neither a call, nor a change, nor the end', async () => {
      const store = await folder.open();
      await keepEvidence(store, 1, 1, { seen: true });
      await folder.close();
      for (const name of ['evidence/1/1.json', 'events/1.jsonl', 'schedule.json', 'cursors.json'])
        await replaceByPipe(join(folder.path, name));
      const again = await folder.open();
      await expect(again.checks.evidence(1, 1)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(again.events.list(1, { after: 0, limit: 1 })).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect((await createDomain(again, 1, 'other.example')).kind).toBe('written');
      await folder.close();
    });
  });
}

async function replaceByPipe(path: string): Promise<void> {
  await rm(path, { force: true });
  execFileSync('mkfifo', [path]);
}

async function madeDomainIn(store: Awaited<ReturnType<JsonFolder['open']>>): Promise<void> {
  await createAccount(store);
  await madeDomain(store, 1, 'example.org');
}

/** Does `work` as a user who owns nothing. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
