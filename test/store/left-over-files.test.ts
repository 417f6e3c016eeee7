import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import { makeJsonFolder } from './json-folder.ts';
import { createAccount, keepEvidence, madeDomain, NOON, newAccount } from './rows.ts';

test('a start removes whatever an interrupted write can have left', async () => {
  await using folder = await makeJsonFolder();
  const written = new Set<string>();
  const store = await folder.open({
    eventLog: { segmentBytes: 1 },
    fileSystem: {
      ...nodeFileSystem,
      open(path, flags) {
        if (flags === 'wx') written.add(path);
        return nodeFileSystem.open(path, flags);
      },
    },
  });
  await createAccount(store);
  const { id } = await madeDomain(store, 1, 'example.org');
  await keepEvidence(store, 1, id, {});
  store.tokens.touch(1, NOON);
  await store.ready();
  for (let at = 0; at < 20; at++) await madeDomain(store, 1, `n${at}.example`);
  await folder.close();
  expect([...written].map((path) => path.slice(folder.path.length + 1))).toContain('events/1.kept.jsonl.tmp');
  expect(written.size).toBeGreaterThan(6);
  written.add(join(folder.path, 'probe.txt')).add(join(folder.path, 'secret.key.tmp'));
  for (const path of written) await writeFile(path, '{');
  await folder.open();
  expect([...written].filter((path) => existsSync(path))).toEqual([]);
});

test('an account file that no known account owns is not overwritten, even when ids.json would give its id again', async () => {
  await using folder = await makeJsonFolder();
  const store = await folder.open();
  await createAccount(store);
  await createAccount(store);
  await madeDomain(store, 2, 'example.org');
  await folder.close();
  const installationFile = join(folder.path, 'installation.json');
  const installation = JSON.parse(await readFile(installationFile, 'utf8'));
  const older = { accounts: [{ id: 1, ...newAccount() }], next: { account: 2, token: 1, domain: 1 } };
  await writeFile(installationFile, JSON.stringify({ ...installation, ...older }));
  const orphan = await readFile(join(folder.path, 'accounts/2.json'), 'utf8');
  const again = await folder.open();
  expect((await createAccount(again)).id).toBe(3);
  expect(await readFile(join(folder.path, 'accounts/2.json'), 'utf8')).toBe(orphan);
});
