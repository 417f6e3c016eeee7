import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { createAccount, createToken, deleteDomain, event, keepEvidence, madeDomain, NOON } from './rows.ts';

describe('checking a data folder', () => {
  let folder: JsonFolder;

  beforeEach(async () => {
    folder = await makeJsonFolder();
    const store = await folder.open({ eventLog: { segmentBytes: 1500 } });
    for (const account of [1, 2]) {
      await createAccount(store);
      await createToken(store, account);
      for (let at = 0; at < 12; at++) await madeDomain(store, account, `n${at}.example`);
      const { id } = await madeDomain(store, account, 'example.org');
      await keepEvidence(store, account, id, { seen: [] });
      await store.checks.reschedule(
        { account, id },
        { checked_at: NOON, began_at: null, due: { 'dkim:1': NOON, return_path: null }, codes: {} },
      );
      store.tokens.touch(account, NOON);
      // So that a second log has been begun.
      for (let at = 0; at < 5; at++)
        await store.accounts.update(account, (row) => ({ row, events: [event('account.renamed')] }));
    }
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  async function edit(name: string, change: (text: string) => string): Promise<void> {
    const path = join(folder.path, name);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }

  async function problems(): Promise<string[]> {
    const report = await checkFolder(folder.path);
    return report.problems.map(({ file, message }) => `${file}: ${message}`);
  }

  /** Every file with its time of change and its content. */
  async function footprint(): Promise<unknown> {
    const names = (await readdir(folder.path, { recursive: true })).sort();
    return Promise.all(
      names.map(async (name) => {
        const { mtimeMs, size } = await stat(join(folder.path, name));
        return [name, mtimeMs, size];
      }),
    );
  }

  test('checking an intact data folder finds nothing, while it is in use and afterwards, and changes nothing', async () => {
    const fine = { usable: true, accounts: 2, domains: 26, problems: [] };
    expect(await checkFolder(folder.path)).toEqual(fine);
    await folder.close();
    const before = await footprint();
    expect(await checkFolder(folder.path)).toEqual(fine);
    expect(await footprint()).toEqual(before);
  });

  test('checking a data folder names the files without which nothing works', async () => {
    await folder.close();
    await edit('installation.json', () => '{"format": 1');
    expect(await checkFolder(folder.path)).toEqual({
      usable: false,
      accounts: 0,
      domains: 0,
      problems: [
        { file: 'installation.json', message: 'installation.json is damaged (it is not valid JSON).' },
      ],
    });
    expect(await checkFolder(join(folder.path, 'nothing'))).toMatchObject({ usable: false });
  });

  test('checking a data folder names every damaged file, and goes on with the rest', async () => {
    await folder.close();
    for (const name of ['accounts/1.json', 'schedule.json', 'token-use.json', 'evidence/2/26.json']) {
      await edit(name, (text) => text.slice(0, -5));
    }
    const damaged = (name: string) => `${name}: ${name} is damaged (it is not valid JSON).`;
    expect(await problems()).toEqual([
      damaged('accounts/1.json'),
      damaged('evidence/2/26.json'),
      damaged('schedule.json'),
      damaged('token-use.json'),
    ]);
    expect(await checkFolder(folder.path)).toMatchObject({ usable: true, accounts: 1, domains: 13 });
  });

  test('checking a data folder names contradictions between its files', async () => {
    await folder.close();
    await edit('accounts/1.json', (text) =>
      text
        .replaceAll('n3.example', 'n4.example')
        .replace('"id": 13,\n      "account_id"', '"id": 14,\n      "account_id"'),
    );
    await edit('installation.json', (text) =>
      text
        .replace(/"next": \{[^}]*\}/, '"next": {"account": 2, "token": 9, "domain": 20}')
        .replace('"account_id": 2', '"account_id": 5'),
    );
    await writeFile(join(folder.path, 'accounts/8.json'), '{}');
    expect(await problems()).toEqual([
      'accounts/1.json: accounts/1.json holds n4.example twice.',
      'accounts/2.json: accounts/2.json holds domain 14, and so does account 1.',
      'installation.json: Token 2 belongs to account 5, which is not there.',
      'accounts/8.json: accounts/8.json belongs to no account that installation.json knows of.',
      'installation.json: installation.json would give account id 2 again; the next start raises it.',
      'installation.json: installation.json would give domain id 20 again; the next start raises it.',
    ]);
  });

  test('checking a data folder names what is missing from the logs, or unreadable in them', async () => {
    await folder.close();
    await edit('events/1.jsonl', (text) => text.replace(/\n.*\n/, '\nnot an event\n'));
    await writeFile(join(folder.path, 'events/2.jsonl'), '');
    await rm(join(folder.path, 'events/2.1.jsonl'));
    expect(await problems()).toEqual([
      'events/1.jsonl: events/1.jsonl has a line that cannot be read.',
      expect.stringMatching(/^events\/2\.jsonl: The events 1 to \d+ of account 2 are missing\.$/),
    ]);
    await edit('events/1.jsonl', (text) => text + text);
    await edit('events/2.jsonl', () => '{"format":1,"account":1}\n');
    expect(await problems()).toEqual(
      expect.arrayContaining([
        expect.stringContaining('out of order'),
        'events/2.jsonl: events/2.jsonl is damaged (it is the log of account 1).',
      ]),
    );
  });

  test('checking a data folder accepts what a crash leaves', async () => {
    const store = await folder.open();
    await deleteDomain(store, 1, 1);
    await store.accounts.delete(2, () => ({ account: 1, event: event('account.deleted') }));
    await using crashed = await folder.copy();
    const log = join(crashed.path, 'events/1.jsonl');
    await appendFile(log, '{"id":20,"type":"domain.');
    expect((await checkFolder(crashed.path)).problems).toEqual([]);
  });
});
