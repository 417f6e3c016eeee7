import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longestStretch } from '../security/cpu-stretch.ts';
import { makeJsonFolder } from './json-folder.ts';
import { createAccount, event, newToken } from './rows.ts';

const TOKENS = 40_000;

test('revoking very many tokens at once leaves others their turn', async () => {
  await using folder = await makeJsonFolder();
  await createAccount(await folder.open());
  await folder.close();
  const path = join(folder.path, 'installation.json');
  const tokens = Array.from({ length: TOKENS }, (_, at) => ({
    id: at + 1,
    account_id: 1,
    subscriptions: [],
    ...newToken(`hash-${at}`),
  }));
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), tokens }));
  const store = await folder.open();
  const revoke = () =>
    Promise.all(
      Array.from({ length: 100 }, (_, at) => store.tokens.delete(1, at + 1, () => event('token.revoked'))),
    );
  expect(await longestStretch(revoke)).toBeLessThan(50);
  expect(await store.tokens.list(1, { domain: null })).toHaveLength(TOKENS - 100);
}, 30_000);
