import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { longestStretch } from '../security/cpu-stretch.ts';
import { makeJsonFolder } from './json-folder.ts';
import { createAccount, madeDomain } from './rows.ts';

const MANY = 24 * 1024 * 1024;
const ALL = { after: 0, limit: 100 };

test.each([
  ['that ends', '\n'],
  ['that was torn', ''],
])(
  'a line of many megabytes in a log of events %s costs no more than reading it, and no event',
  async (_what, end) => {
    await using folder = await makeJsonFolder();
    const store = await folder.open();
    await createAccount(store);
    await madeDomain(store, 1, 'example.org');
    await folder.close();
    await appendFile(join(folder.path, 'events/1.jsonl'), `${'x'.repeat(MANY)}${end}`);
    const began = process.threadCpuUsage();
    const again = await folder.open();
    expect(await longestStretch(() => madeDomain(again, 1, 'example.net'))).toBeLessThan(50);
    const { events } = await again.events.list(1, ALL);
    expect(events.map(({ type }) => type)).toEqual(['account.created', 'domain.created', 'domain.created']);
    await folder.close();
    expect(await checkFolder(folder.path)).toMatchObject({ usable: true });
    const { user, system } = process.threadCpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(2000);
    const last = await (await folder.open()).events.list(1, ALL);
    expect(last.events).toEqual(events);
  },
);
