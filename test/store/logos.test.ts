import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, setLogo } from './rows.ts';

const PNG = 'Zmlyc3Q=';

/** A folder with one account and its logo; the path of the logo's file. */
async function folderWithLogo(): Promise<{ folder: JsonFolder; path: string; name: string }> {
  const folder = await makeJsonFolder();
  const store = await folder.open();
  const { id } = await createAccount(store);
  await setLogo(store, id, PNG);
  const [name = ''] = await readdir(join(folder.path, 'logos'));
  return { folder, path: join(folder.path, 'logos', name), name };
}

test('a logo is a file named after its account and its hash, and one that takes its place leaves no other', async () => {
  const { folder, name } = await folderWithLogo();
  await using _ = folder;
  const store = await folder.open();
  expect(name).toBe(`1.${(await store.accounts.get(1))?.logo}.json`);
  await setLogo(store, 1, 'c2Vjb25k');
  expect(await readdir(join(folder.path, 'logos'))).toEqual([
    `1.${(await store.accounts.get(1))?.logo}.json`,
  ]);
});

test('a start removes logos that a crash has left behind', async () => {
  const { folder, path, name } = await folderWithLogo();
  await using _ = folder;
  await folder.close();
  for (const other of [`1.${'0'.repeat(64)}.json`, `7.${'0'.repeat(64)}.json`, `${name}.tmp`])
    await writeFile(join(folder.path, 'logos', other), await readFile(path));
  const store = await folder.open();
  expect(await readdir(join(folder.path, 'logos'))).toEqual([name]);
  expect(await store.accounts.logo(1)).toBe(PNG);
});

test('a damaged or missing logo costs itself alone, and the check of the folder names it', async () => {
  const { folder, path, name } = await folderWithLogo();
  await using _ = folder;
  const store = await folder.open();
  await writeFile(path, (await readFile(path, 'utf8')).replace(PNG, 'b3RoZXI='));
  expect(await store.accounts.logo(1)).toBeUndefined();
  expect(folder.log.at(-1)).toMatch(/^warn a logo could not be read .*holds another picture/);
  expect((await checkFolder(folder.path)).problems).toEqual([
    { file: `logos/${name}`, message: `logos/${name} is damaged (it holds another picture).` },
  ]);
  await rm(path);
  expect(await store.accounts.logo(1)).toBeUndefined();
  expect((await checkFolder(folder.path)).problems).toEqual([
    { file: `logos/${name}`, message: `logos/${name} is missing.` },
  ]);
  await setLogo(store, 1, PNG);
  expect((await checkFolder(folder.path)).problems).toMatchObject([]);
});
