import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spreadOverdue } from '../../server/monitor/spread-overdue.ts';
import { longestStretch } from '../security/cpu-stretch.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import { createAccount, NOON, storedDomain } from '../store/rows.ts';

const DOMAINS = 20_000;

test('the backlog of a long stop with very many domains is spread while others have their turn', async () => {
  await using folder = await makeJsonFolder();
  await createAccount(await folder.open());
  await folder.close();
  const accounts = join(folder.path, 'accounts/1.json');
  const domains = Array.from({ length: DOMAINS }, (_, at) => storedDomain(at + 1, 1, `d${at}.example`));
  await writeFile(accounts, JSON.stringify({ ...JSON.parse(await readFile(accounts, 'utf8')), domains }));
  const store = await folder.open();
  const later = new Date(Date.parse(NOON) + 3 * 3_600_000);
  expect(await longestStretch(() => spreadOverdue(store, later, randomBytes))).toBeLessThan(50);
  expect(await store.checks.countDue(NOON)).toBe(0);
}, 30_000);
