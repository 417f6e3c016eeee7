import { describe, expect, test } from 'vitest';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { type Chance, PowerCutDisk } from './power-cut-disk.ts';
import {
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  event,
  everythingIn,
  madeDomain,
  NOON,
  renameDomain,
} from './rows.ts';

/** A short life of a store: everything that writes, one after the other. */
const LIFE: ((store: JsonStore) => Promise<unknown>)[] = [
  (store) => createAccount(store),
  (store) => createToken(store, 1, 'first'),
  (store) => createDomain(store, 1, 'a.example'),
  (store) => createDomain(store, 1, 'b.example'),
  (store) => renameDomain(store, 1, 1, 'c.example'),
  (store) => createAccount(store),
  (store) => createDomain(store, 2, 'd.example'),
  (store) => store.writeEvidence(2, 3, { seen: 'nothing' }),
  async (store) => store.noteCheckTimes(1, 1, { checked_at: NOON, due: { dkim: NOON, return_path: null } }),
  (store) => deleteDomain(store, 1, 2),
  (store) => createToken(store, 2, 'second'),
  (store) => store.deleteToken(1, 1, () => event('token.revoked')),
  (store) => createDomain(store, 1, 'e.example'),
  (store) => renameDomain(store, 1, 4, 'f.example'),
  (store) =>
    store.updateAccount(1, (row) => ({
      row: { ...row, name: 'Renamed' },
      events: [event('account.renamed')],
    })),
  (store) => store.deleteAccount(2, () => ({ account: 1, event: event('account.deleted') })),
  (store) => createDomain(store, 1, 'g.example'),
  (store) => deleteDomain(store, 1, 5),
  (store) => createToken(store, 1, 'third'),
  (store) => store.deleteToken(1, 3, () => event('token.revoked')),
];

/** The highest id that was given by the time so many steps of the life were acknowledged. */
const IDS_GIVEN = {
  account: [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  token: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3],
  domain: [0, 0, 0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5],
};

/** So small that the log rotates in between, and is synced now and then. */
const LIMITS = { segmentBytes: 1500, syncEvery: 3 };

const CHANCES: Record<string, () => Chance> = {
  'nothing that was not synced': () => () => 0,
  'everything that was written': () => (options) => options - 1,
  'some of what was not synced': () => {
    // Any sequence without a pattern does; this one is the same each time.
    let seed = 1;
    return (options) => {
      seed = (seed * 48271) % 2147483647;
      return seed % options;
    };
  },
};

interface Lived {
  /** How many steps of the life were acknowledged. */
  acknowledged: number;
  /** What was in the store before and after each step. */
  moments: unknown[];
}

async function live(folder: JsonFolder, disk: PowerCutDisk, look: boolean): Promise<Lived> {
  const moments: unknown[] = [];
  let acknowledged = 0;
  try {
    const store = await folder.open({ fileSystem: disk.fileSystem, eventLog: LIMITS });
    if (look) moments.push(await everythingIn(store));
    for (const step of LIFE) {
      await step(store);
      acknowledged++;
      if (look) moments.push(await everythingIn(store));
    }
  } catch (error) {
    if (!disk.isCut) throw error;
  }
  await folder.close();
  return { acknowledged, moments };
}

describe('a power cut at any operation of a store’s life', () => {
  for (const [what, chanceOf] of Object.entries(CHANCES)) {
    test(`leaves every acknowledged change with its event, and the next one whole or not at all: ${what} is left`, async () => {
      await using folder = await makeJsonFolder();
      const { moments } = await live(folder, new PowerCutDisk(), true);
      const untouched = new PowerCutDisk();
      await live(folder, untouched, false);
      const chance = chanceOf();
      for (let nth = 1; nth <= untouched.operations; nth++) {
        const disk = new PowerCutDisk();
        disk.cutAt(nth);
        const { acknowledged } = await live(folder, disk, false);
        const left = disk.afterCut(chance);
        const store = await folder.open({ fileSystem: left.fileSystem, eventLog: LIMITS });
        const possible = [moments[acknowledged], moments[acknowledged + 1]];
        expect(possible, `power cut at operation ${nth}`).toContainEqual(await everythingIn(store));
        await goesOn(store, acknowledged);
      }
      expect(untouched.operations).toBeGreaterThan(150);
    });
  }
});

/** The store works, and no id that was given comes again. */
async function goesOn(store: JsonStore, acknowledged: number): Promise<void> {
  const account = await createAccount(store);
  const token = await createToken(store, account.id);
  const domain = await madeDomain(store, account.id, 'after.example');
  expect(account.id).toBeGreaterThan(IDS_GIVEN.account[acknowledged] ?? Number.NaN);
  expect(token?.id).toBeGreaterThan(IDS_GIVEN.token[acknowledged] ?? Number.NaN);
  expect(domain.id).toBeGreaterThan(IDS_GIVEN.domain[acknowledged] ?? Number.NaN);
  const { events } = await store.listEvents(1, { after: 0, limit: 100 });
  expect(events.map((row) => row.id)).toEqual(events.map((_, at) => (events[0]?.id ?? 1) + at));
}
