import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LetterheadError } from '@letterhead/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFolder } from '../../server/store/json/check-folder.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import {
  createAccount,
  createDomain,
  createToken,
  createWebhook,
  deleteDomain,
  deliveryRow,
  event,
  everythingOf,
  keepEvidence,
  madeDomain,
  NOON,
  renameDomain,
} from './rows.ts';

const ALL = { after: 0, limit: 1000 };

let prepared: JsonFolder;
/** What is in the account that nothing happens to. */
let untouched: unknown;

beforeAll(async () => {
  prepared = await makeJsonFolder();
  const store = await prepared.open();
  await createAccount(store, 'The damaged one');
  await createAccount(store, 'The other one');
  for (const account of [1, 2]) {
    await createToken(store, account);
    const { id } = await madeDomain(store, account, 'example.org');
    await madeDomain(store, account, 'example.net');
    await renameDomain(store, account, id, 'example.com');
    await keepEvidence(store, account, id, { seen: ['a', 'b'] });
    await store.checks.reschedule(
      { account, id },
      { checked_at: NOON, began_at: null, due: { 'dkim:1': NOON, return_path: null }, codes: {} },
    );
    store.tokens.touch(account, NOON);
    // So that some of it is in the log.
    for (let at = 0; at < 8; at++)
      await store.accounts.update(account, (row) => ({ row, events: [event('account.renamed')] }));
  }
  untouched = await everythingOf(store, 2);
  await prepared.close();
});

afterAll(() => prepared[Symbol.asyncDispose]());

/** A copy of the prepared folder in which one file is another, or missing. */
async function folderWith(name: string, content: string | Buffer | null): Promise<JsonFolder> {
  const folder = await prepared.copy();
  if (content === null) await rm(join(folder.path, name));
  else await writeFile(join(folder.path, name), content);
  return folder;
}

/** How a start in the folder ends where it does not begin to serve; null: it does. */
async function startFailure(folder: JsonFolder): Promise<unknown> {
  return folder.open().then(
    () => null,
    (error: unknown) => error,
  );
}

/** Every call on the account: whether each was refused as unavailable. Any other failure fails the test. */
async function refusals(store: JsonStore): Promise<boolean[]> {
  const calls = [
    store.domains.list(1, {}),
    store.domains.get(1, 1),
    createDomain(store, 1, 'new.example'),
    renameDomain(store, 1, 1, 'renamed.example'),
    deleteDomain(store, 1, 2),
    store.events.list(1, ALL),
    store.checks.evidence(1, 1),
    keepEvidence(store, 1, 1, {}),
    store.accounts.delete(1, () => null),
  ];
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return false;
    expect(outcome.reason).toBeInstanceOf(LetterheadError);
    expect(outcome.reason.code).toBe('unavailable');
    expect(outcome.reason.message).not.toMatch(/json|\//);
    return true;
  });
}

/** Cut off somewhere, or with some bytes that are others. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
  fc.record({
    kind: fc.constant('flip' as const),
    bytes: fc.array(
      fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 255 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  }),
);

type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(content: Buffer, how: Damage): Buffer {
  if (how.kind === 'cut') return content.subarray(0, Math.floor(how.at * content.length));
  const flipped = Buffer.from(content);
  for (const [at, by] of how.bytes) {
    const index = Math.floor(at * content.length);
    flipped[index] = (flipped[index] ?? 0) ^ by;
  }
  return flipped;
}

async function forAnyDamage(
  name: string,
  check: (folder: JsonFolder, content: Buffer) => Promise<void>,
): Promise<void> {
  const whole = await readFile(join(prepared.path, name));
  const property = fc.asyncProperty(damage, async (how) => {
    const content = damaged(whole, how);
    await using folder = await folderWith(name, content);
    await check(folder, content);
  });
  await fc.assert(property, { numRuns: 40 });
}

describe('a file that was cut off or had bytes changed', () => {
  test('installation.json: ends the start with one line, where it is not trusted', async () => {
    const name = 'installation.json';
    await forAnyDamage(name, async (folder, content) => {
      const failure = await startFailure(folder);
      if (failure === null) return;
      expect(failure).toBeInstanceOf(LetterheadError);
      expect(String(failure)).toContain(name);
      expect(String(failure)).not.toContain('\n');
      expect(await readFile(join(folder.path, name))).toEqual(content);
    });
  });

  test('a damaged account file costs only its own account, and is left as it is', async () => {
    await forAnyDamage('accounts/1.json', async (folder, content) => {
      const store = await folder.open();
      const refused = await refusals(store);
      // Bytes that still make sense are trusted: then everything is served.
      expect(new Set(refused).size).toBe(1);
      expect(await everythingOf(store, 2)).toEqual(untouched);
      await folder.close();
      if (refused[0] === false) return;
      expect(await readFile(join(folder.path, 'accounts/1.json'))).toEqual(content);
      expect(folder.log.join('\n')).toContain('accounts/1.json');
    });
  });

  for (const name of ['events/1.jsonl', 'evidence/1/1.json', 'schedule.json', 'token-use.json']) {
    test(`a damaged ${name} costs only what was in it`, async () => {
      await forAnyDamage(name, async (folder) => {
        const store = await folder.open();
        const domains = await store.domains.list(1, {});
        expect(domains.map((row) => row.domain)).toEqual(['example.com', 'example.net']);
        expect((await createDomain(store, 1, 'new.example')).kind).toBe('written');
        await store.checks.evidence(1, 1);
        const page = await store.events.list(1, ALL).catch((error: unknown) => error);
        if (!(page instanceof LetterheadError)) expect(page).toMatchObject({ events: expect.any(Array) });
        expect(await everythingOf(store, 2)).toEqual(untouched);
      });
    });
  }
});

test('an account file with a month that does not exist is damaged, and its times are not used', async () => {
  const account = (await readFile(join(prepared.path, 'accounts/1.json'), 'utf8')).replace(
    NOON,
    '2026-13-31T12:00:00Z',
  );
  await using folder = await folderWith('accounts/1.json', account);
  const use = await readFile(join(prepared.path, 'token-use.json'), 'utf8');
  await writeFile(join(folder.path, 'token-use.json'), use.replaceAll(NOON, '2026-01-31T12:00:60Z'));
  const store = await folder.open();
  expect(new Set(await refusals(store))).toEqual(new Set([true]));
  expect(await store.tokens.list(2, { domain: null })).toMatchObject([{ last_used_at: null }]);
  expect(folder.log.join('\n')).toContain('is not an instant');
});

test.each([
  ['two keys that sign', /("keys": \[)(\s*\{[^}]*\})/, '$1$2,$2'],
  ['no key that signs', /"state": "active"/, '"state": "pending"'],
  ['a destroyed key that signs', /"private_key": "[^"]*"/, '"private_key": null'],
  ['a key without its record', /"id": "dkim:1"/, '"id": "dkim:2"'],
  ['a record without its key', /("records": \[)(\s*\{[^}]*"id": "dkim:)1("[^}]*\})/, '$1$21$3,$22$3'],
])(
  'an account file whose domain has %s is damaged, and checking the folder says so',
  async (_what, part, other) => {
    const account = await readFile(join(prepared.path, 'accounts/1.json'), 'utf8');
    const changed = account.replace(part, other);
    expect(changed).not.toBe(account);
    await using folder = await folderWith('accounts/1.json', changed);
    const store = await folder.open();
    expect(new Set(await refusals(store))).toEqual(new Set([true]));
    expect(await everythingOf(store, 2)).toEqual(untouched);
    await folder.close();
    const { problems } = await checkFolder(folder.path);
    expect(problems.map(({ message }) => message).join()).toContain('have not one key that signs');
  },
);

test('a number that counting never reaches is damage, before any id after it is given', async () => {
  const raised = async (name: string, number: string) => {
    const text = await readFile(join(prepared.path, name), 'utf8');
    return folderWith(name, text.replace(new RegExp(`("${number}": )\\d+`), '$19007199254740991'));
  };
  await using folder = await raised('accounts/1.json', 'last_key_id');
  expect(new Set(await refusals(await folder.open()))).toEqual(new Set([true]));
  await folder.close();
  expect((await checkFolder(folder.path)).problems).toMatchObject([
    { message: expect.stringMatching(/^accounts\/1\.json is damaged \(.*last_key_id: Too big/) },
  ]);
  await using other = await raised('installation.json', 'domain');
  expect(String(await startFailure(other))).toMatch(/installation\.json is damaged \(next: domain: Too big/);
});

describe('a start', () => {
  const ENDS: [why: string, name: string, content: string | null, message: RegExp][] = [
    [
      'names a file of a newer format',
      'installation.json',
      '{"format": 99}',
      /installation\.json was written by a newer Letterhead \(format 99, this one reads \d+\)\. Start that version/,
    ],
    [
      'says what to do about a damaged file',
      'installation.json',
      '{"format": 1',
      /installation\.json is damaged \(it is not valid JSON\)\. Put this file back from a backup/,
    ],
    [
      'begins nothing anew over accounts that are there',
      'installation.json',
      null,
      /installation\.json is missing, though there are accounts/,
    ],
  ];
  for (const [why, name, content, message] of ENDS) {
    test(`a start ${why}`, async () => {
      await using folder = await folderWith(name, content);
      expect(String(await startFailure(folder))).toMatch(message);
      expect(String(await startFailure(folder))).toMatch(message);
    });
  }

  const COSTS: [what: string, content: string | null, logged: string][] = [
    ['is missing', null, 'accounts/1.json is missing'],
    ['is empty', '', 'accounts/1.json is damaged (it is empty)'],
    ['holds something else', '[]', 'accounts/1.json is damaged'],
    ['was written by a newer Letterhead', '{"format": 99, "shards": []}', 'newer Letterhead (format 99'],
    ['is no text', '\u0000', 'accounts/1.json is damaged (it is not valid JSON)'],
  ];
  for (const [what, content, logged] of COSTS) {
    test(`a start serves all accounts but the one whose file ${what}, and logs which one it is`, async () => {
      await using folder = await folderWith('accounts/1.json', content);
      const store = await folder.open();
      expect(folder.log.join('\n')).toContain(logged);
      expect(new Set(await refusals(store))).toEqual(new Set([true]));
      expect(await everythingOf(store, 2)).toEqual(untouched);
      expect((await store.checks.claim(NOON, 10, 600)).map((check) => check.account)).toEqual([2, 2]);
    });
  }

  test('a start does not take the file of one account for another’s', async () => {
    const other = await readFile(join(prepared.path, 'accounts/2.json'));
    await using folder = await folderWith('accounts/1.json', other);
    const store = await folder.open();
    expect(folder.log.join('\n')).toContain('it is the file of account 2');
    expect(new Set(await refusals(store))).toEqual(new Set([true]));
  });

  test('a start serves an account again once its file is put back', async () => {
    const whole = await readFile(join(prepared.path, 'accounts/1.json'));
    await using folder = await folderWith('accounts/1.json', 'broken');
    const broken = await folder.open();
    expect(await broken.tokens.delete(1, 1, () => event('token.revoked'))).toBe(true);
    await folder.close();
    await writeFile(join(folder.path, 'accounts/1.json'), whole);
    const store = await folder.open();
    expect(await store.domains.list(1, {})).toHaveLength(2);
    const { events } = await store.events.list(1, ALL);
    expect(events.map((row) => row.type).slice(-2)).toEqual(['account.renamed', 'token.revoked']);
  });
});

test.each(['broken', '{"format": 8, "evidence": [{"id": "first"}]}', '{"format": 8, "evidence": 1}'])(
  'deliveries in a file that holds %s are lost, and others are noted after it',
  async (content) => {
    await using folder = await makeJsonFolder();
    const store = await folder.open();
    const { id: account } = await createAccount(store);
    const created = await createWebhook(store, account);
    const webhook = created.kind === 'written' ? created.row.id : 0;
    await store.webhooks.addDeliveries([{ account, webhook, row: deliveryRow(1) }]);
    await writeFile(join(folder.path, `deliveries/${account}/${webhook}.json`), content);
    expect(await store.webhooks.deliveries(account, webhook)).toEqual([]);
    await store.webhooks.addDeliveries([{ account, webhook, row: deliveryRow(2) }]);
    expect(await store.webhooks.deliveries(account, webhook)).toEqual([{ id: 1, ...deliveryRow(2) }]);
  },
);
