import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { toDomain } from '../../server/domains/domain-view.ts';
import { openKeyCipher } from '../../server/keys/open-key-cipher.ts';
import { activeKeyOf, stateOf } from '../../server/records/record-states.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import { FORMAT } from '../../server/store/json/formats/files.ts';
import { diagnose } from '../../server/verification/diagnose.ts';
import { readKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import format1 from './formats/1.json' with { type: 'json' };
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import {
  createAccount,
  createDomain,
  createToken,
  keepEvidence,
  madeDomain,
  NOON,
  renameDomain,
} from './rows.ts';

/** A copy of a folder that an earlier version has written. */
async function folderOfFormat(format: number): Promise<JsonFolder> {
  const folder = await makeJsonFolder();
  const kept = fileURLToPath(new URL(`./formats/${format}`, import.meta.url));
  await cp(kept, folder.path, { recursive: true });
  return folder;
}

async function formatOf(folder: JsonFolder, name: string): Promise<number> {
  return JSON.parse(await readFile(join(folder.path, name), 'utf8')).format;
}

/** A row as format 1 had it. */
function asFormat1(row: DomainRow) {
  const { selector, public_key, private_key } = activeKeyOf(row);
  const recordOf = (id: 'dkim:1' | 'return_path') => {
    const state = stateOf(row, id);
    if (state === undefined) return null;
    const { verified, degraded, since, target } = state;
    return { verified, degraded, since, ...(target === null ? {} : { target }) };
  };
  const { id, account_id, domain, subdomain, previous_keys, created_at, updated_at } = row;
  const name = { id, account_id, domain, subdomain, selector, public_key, private_key };
  const records = { dkim: recordOf('dkim:1'), return_path: recordOf('return_path') };
  return { ...name, ...records, previous_keys, created_at, updated_at };
}

function asTimes1({ checks }: DomainRow) {
  if (checks === null) return null;
  const { 'dkim:1': dkim, return_path } = checks.due;
  return { checked_at: checks.checked_at, due: { dkim, return_path } };
}

test('a folder that format 1 was written in opens with everything that is in it', async () => {
  await using folder = await folderOfFormat(1);
  const store = await folder.open();
  expect(folder.log.filter((line) => !line.startsWith('info'))).toEqual([]);
  expect(await store.accounts.list()).toMatchObject(format1.accounts.map(({ account }) => account));
  for (const { account, tokens, domains, events } of format1.accounts) {
    const rows = await store.domains.list(account.id, {});
    expect(rows.map((row) => ({ row: asFormat1(row), times: asTimes1(row) }))).toEqual(domains);
    const shares = await Promise.all(rows.map(({ id }) => store.tokens.list(account.id, { domain: id })));
    const own = await store.tokens.list(account.id, { domain: null });
    expect([...own, ...shares.flat()]).toEqual(tokens.map((row) => ({ ...row, subscriptions: [] })));
    for (const { hash } of tokens) expect(await store.tokens.findByHash(hash)).toBeDefined();
    expect(await store.events.list(account.id, { after: 0, limit: 1000 })).toEqual({
      ...events,
      afterIsKept: true,
    });
    expect(rows.map(({ verified }) => verified)).toEqual(rows.map((row) => toDomain(row).verified));
  }
  const [verified, degraded, lost] = await store.domains.list(1, {});
  if (verified === undefined) throw new Error('There is no domain.');
  expect(verified).toMatchObject({
    verified: true,
    keys: [{ bits: 2048, activated_at: verified.updated_at }],
  });
  expect(degraded?.records).toMatchObject([{ degraded: true, wrong_since: degraded?.updated_at }]);
  expect(lost).toMatchObject({ verified: false, records: [{ kind: 'dkim' }, { kind: 'return_path' }] });
  const kept = readKeptDiagnosis(verified, await store.checks.evidence(1, verified.id));
  expect(diagnose(verified, kept, new Date('2026-01-31T12:00:00Z')).records).toMatchObject([
    { label: 'DKIM', code: 'OK', state: 'valid' },
    { label: 'Return-Path', code: 'NOT_CHECKED' },
  ]);
});

test('the private keys of a folder of format 1 are opened with its secret key', async () => {
  await using folder = await folderOfFormat(1);
  const { settings, domains } = await folder.open();
  const cipher = await openKeyCipher({
    dataDir: folder.path,
    secretKey: null,
    check: settings,
    random: randomBytes,
  });
  for (const account of [1, 2]) {
    for (const row of await domains.list(account, {})) {
      const owner = { account, domain: row.id };
      expect(cipher.decrypt(activeKeyOf(row).private_key, owner).length).toBeGreaterThan(1000);
    }
  }
});

test('a folder of format 1 goes on where it was, and each file is in the new format when it is written next', async () => {
  await using folder = await folderOfFormat(1);
  const highest =
    format1.accounts
      .flatMap(({ domains }) => domains.map(({ row }) => row.id))
      .sort()
      .at(-1) ?? 0;
  const store = await folder.open();
  expect(await formatOf(folder, 'installation.json')).toBe(FORMAT);
  expect(await readdir(folder.path)).not.toContain('ids.json');
  expect(await formatOf(folder, 'accounts/1.json')).toBe(1);
  const created = await createDomain(store, 1, 'new.example');
  expect(created.kind === 'written' && created.row.id).toBe(highest + 1);
  expect((await createAccount(store)).id).toBe(3);
  expect((await createToken(store, 1))?.id).toBe(5);
  expect(await formatOf(folder, 'accounts/1.json')).toBe(FORMAT);
  expect((await renameDomain(store, 2, 4, 'again.example')).kind).toBe('written');
  const before = await store.domains.list(1, {});
  const again = await folder.open();
  expect(await again.domains.list(1, {})).toEqual(before);
  expect(await formatOf(folder, 'schedule.json')).toBe(FORMAT);
  const { events } = await again.events.list(1, { after: 0, limit: 1000 });
  expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
  await folder.close();
  expect(await checkFolder(folder.path)).toMatchObject({ usable: true, problems: [] });
});

test('a folder of format 2, which did not keep what a check found, opens with its times and no codes', async () => {
  await using folder = await makeJsonFolder();
  const before = await folder.open();
  const { id: account } = await createAccount(before);
  const { id } = await madeDomain(before, account, 'example.org');
  await keepEvidence(before, account, id, {}, NOON);
  const { codes: _, ...times } = (await before.domains.get(account, id))?.checks ?? {};
  await folder.close();
  for (const name of ['installation.json', `accounts/${account}.json`, 'schedule.json'])
    await asFormat2(join(folder.path, name));
  const store = await folder.open();
  expect(folder.log.filter((line) => !line.startsWith('info'))).toEqual([]);
  expect((await store.domains.get(account, id))?.checks).toEqual({ ...times, codes: {} });
});

test('a folder of format 3, in which accounts had no profile, opens with the accounts that are in it', async () => {
  await using folder = await makeJsonFolder();
  const account = await createAccount(await folder.open());
  await folder.close();
  const path = join(folder.path, 'installation.json');
  const { accounts, ...file } = JSON.parse(await readFile(path, 'utf8'));
  const [{ display_name, contact_email, logo, ...row }] = accounts;
  expect([display_name, contact_email, logo]).toEqual([null, null, null]);
  await writeFile(path, JSON.stringify({ ...file, accounts: [row], format: 3 }));
  const store = await folder.open();
  expect(folder.log.filter((line) => !line.startsWith('info'))).toEqual([]);
  expect(await store.accounts.list()).toEqual([account]);
});

/** Rewrites a file as format 2 had it. */
async function asFormat2(path: string): Promise<void> {
  const { columns, checks, accounts, ...file } = JSON.parse(await readFile(path, 'utf8'));
  const schedule =
    checks === undefined
      ? {}
      : { columns: columns.slice(0, 4), checks: checks.map((line: unknown[]) => line.slice(0, 4)) };
  const profile = { display_name: undefined, contact_email: undefined, logo: undefined };
  const rows =
    accounts === undefined ? {} : { accounts: accounts.map((row: object) => ({ ...row, ...profile })) };
  await writeFile(path, JSON.stringify({ ...file, ...schedule, ...rows, format: 2 }));
}

test('checking a folder of format 1 finds nothing wrong, and changes nothing', async () => {
  await using folder = await folderOfFormat(1);
  const report = await checkFolder(folder.path);
  expect(report).toEqual({ usable: true, accounts: 2, domains: 4, problems: [] });
  expect(await formatOf(folder, 'installation.json')).toBe(1);
});

test('a file that a newer version has written is named as such, and never as damaged', async () => {
  for (const name of ['installation.json', 'accounts/1.json', 'schedule.json', 'token-use.json']) {
    await using folder = await folderOfFormat(1);
    const path = join(folder.path, name);
    const content = { ...JSON.parse(await readFile(path, 'utf8')), format: 99, added: 'later' };
    await writeFile(path, JSON.stringify(content));
    const failure = await folder.open().then(
      () => null,
      (error: Error) => error.message,
    );
    const said = [failure, ...folder.log].join('\n');
    expect(said).toContain(`${name} was written by a newer Letterhead (format 99, this one reads ${FORMAT})`);
    expect(said).not.toContain('damaged');
    expect((await checkFolder(folder.path)).problems).toMatchObject([{ file: name }]);
  }
});

test('a folder of format 1 without the ids to give next is refused, for an id must not come twice', async () => {
  await using folder = await folderOfFormat(1);
  const ids = join(folder.path, 'ids.json');
  await writeFile(ids, '{"format": 1, "account": 0, "token": 1, "domain": 1}');
  await expect(folder.open()).rejects.toThrow('ids.json is damaged (account: ');
  await rm(ids);
  await expect(folder.open()).rejects.toThrow(/ids\.json is missing\. .*numbers above every id/);
});

test('a folder of format 4, in which a domain had one key, opens with its keys, and gives no id again', async () => {
  await using folder = await makeJsonFolder();
  const before = await folder.open();
  const { id: account } = await createAccount(before);
  const { id } = await madeDomain(before, account, 'example.org');
  await renameDomain(before, account, id, 'example.net');
  const row = await before.domains.get(account, id);
  await folder.close();
  for (const name of ['installation.json', `accounts/${account}.json`, 'schedule.json']) {
    const path = join(folder.path, name);
    const file = JSON.parse(await readFile(path, 'utf8'));
    for (const domain of file.domains ?? []) delete domain.last_key_id;
    await writeFile(path, JSON.stringify({ ...file, format: 4 }));
  }
  const store = await folder.open();
  expect(folder.log.filter((line) => !line.startsWith('info'))).toEqual([]);
  expect(await store.domains.get(account, id)).toEqual(row);
});
