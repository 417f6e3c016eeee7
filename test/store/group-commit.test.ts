import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, createDomain, deleteDomain, renameDomain } from './rows.ts';

describe('writes', () => {
  let folder: JsonFolder;
  let store: JsonStore;
  /** The files that were replaced, by their last two names. */
  let replaced: string[];
  /** Replacements of this file wait until `letGo`. */
  let held: string | null;
  let letGo: () => void;

  beforeEach(async () => {
    replaced = [];
    held = null;
    const { promise, resolve } = Promise.withResolvers<void>();
    letGo = resolve;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        const name = to.split('/').slice(-2).join('/');
        if (name === held) await promise;
        replaced.push(name);
        await nodeFileSystem.rename(from, to);
      },
    };
    folder = await makeJsonFolder();
    store = await folder.open({ fileSystem });
    await createAccount(store);
    await createAccount(store);
    replaced = [];
  });

  afterEach(async () => {
    letGo();
    await folder[Symbol.asyncDispose]();
  });

  test('changes of one account at one moment share one write', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `n${at}.example`);
    const changes = await Promise.all(names.map((name) => createDomain(store, 1, name)));
    expect(changes.every((change) => change.kind === 'written')).toBe(true);
    expect(replaced.filter((name) => name === 'accounts/1.json')).toHaveLength(1);
  });

  test('changes that come during a write share the next one', async () => {
    await createDomain(store, 1, 'first.example');
    replaced = [];
    held = 'accounts/1.json';
    const first = createDomain(store, 1, 'second.example');
    await nextTurn();
    const rest = [
      createDomain(store, 1, 'third.example'),
      renameDomain(store, 1, 1, 'renamed.example'),
      deleteDomain(store, 1, 1),
    ];
    await nextTurn();
    expect(await store.domains.list(1, {})).toHaveLength(1);
    letGo();
    await Promise.all([first, ...rest]);
    expect(replaced).toEqual(['accounts/1.json', 'accounts/1.json']);
    const domains = await store.domains.list(1, {});
    expect(domains.map((row) => row.domain)).toEqual(['second.example', 'third.example']);
  });

  test('a change of one account waits for no other account', async () => {
    await createDomain(store, 1, 'a.example');
    held = 'accounts/1.json';
    const slow = createDomain(store, 1, 'b.example');
    expect((await createDomain(store, 2, 'c.example')).kind).toBe('written');
    expect(await store.domains.list(1, {})).toHaveLength(1);
    letGo();
    expect((await slow).kind).toBe('written');
  });
});

describe('writes to very many accounts at one moment', () => {
  test('changes to very many accounts at one moment do not open as many files, and all of them end', async () => {
    let open = 0;
    let mostOpen = 0;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async open(path, flags) {
        const file = await nodeFileSystem.open(path, flags);
        open++;
        mostOpen = Math.max(mostOpen, open);
        const close = async () => {
          await file[Symbol.asyncDispose]();
          open--;
        };
        return { ...file, [Symbol.asyncDispose]: close };
      },
    };
    await using folder = await makeJsonFolder();
    const store = await folder.open({ fileSystem });
    const accounts = await Promise.all(Array.from({ length: 200 }, () => createAccount(store)));
    await Promise.all(accounts.map(({ id }) => createDomain(store, id, 'example.org')));
    for (const { id } of accounts) expect(await store.domains.list(id, {})).toHaveLength(1);
    expect(mostOpen).toBeLessThan(50);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
