import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAudited } from '../../server/store/audited-events.ts';
import type { EventRow } from '../../server/store/interface/events.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type JsonFolder, makeJsonFolder } from './json-folder.ts';
import { type Chance, PowerCutDisk } from './power-cut-disk.ts';
import {
  createAccount,
  createDomain,
  createShare,
  createToken,
  deleteDomain,
  event,
  everythingIn,
  keepEvidence,
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
  (store) => keepEvidence(store, 2, 3, { seen: 'nothing' }),
  async (store) =>
    await store.checks.reschedule(
      { account: 1, id: 1 },
      { checked_at: NOON, began_at: null, due: { 'dkim:1': NOON, return_path: null }, codes: {} },
    ),
  (store) => deleteDomain(store, 1, 2),
  (store) => createToken(store, 2, 'second'),
  (store) => store.tokens.delete(1, 1, () => event('token.revoked')),
  (store) => createDomain(store, 1, 'e.example'),
  (store) => renameDomain(store, 1, 4, 'f.example'),
  (store) =>
    store.accounts.update(1, (row) => ({
      row: { ...row, name: 'Renamed' },
      events: [event('account.renamed')],
    })),
  (store) => store.accounts.delete(2, () => ({ account: 1, event: event('account.deleted') })),
  (store) => createToken(store, 1, 'third'),
  (store) => createDomain(store, 1, 'g.example'),
  (store) => createShare(store, 1, 5, 'link-1'),
  (store) => createShare(store, 1, 5, 'link-2'),
  (store) => deleteDomain(store, 1, 5),
  (store) => store.tokens.delete(1, 3, () => event('token.revoked')),
];

/** The highest id that was given by the time so many steps of the life were acknowledged. */
const IDS_GIVEN = {
  account: [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  token: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 5, 5, 5],
  domain: [0, 0, 0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5],
};

/** So small that the log rotates in between, and is synced now and then. */
const LIMITS = { segmentBytes: 1000 };

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

/** What the process does that comes after one that was killed; most of it rests on what the killed one had come to. */
const NEXT_LIFE: typeof LIFE = [
  // Events that wait in installation.json get their ids when somebody asks for them.
  (store) => everythingIn(store),
  (store) => createDomain(store, 2, 'other.example'),
  (store) => createDomain(store, 1, 'h.example'),
  (store) => renameDomain(store, 1, 1, 'i.example'),
  (store) => createToken(store, 1, 'fourth'),
  (store) => createDomain(store, 1, 'j.example'),
  (store) => createDomain(store, 1, 'k.example'),
];

type Moment = Awaited<ReturnType<typeof everythingIn>>;

interface Lived {
  /** How many steps of the life were acknowledged. */
  acknowledged: number;
  /** Whether the store got so far as to serve. */
  served: boolean;
  /** What was in the store before and after each step. */
  moments: Moment[];
}

async function live(folder: JsonFolder, disk: PowerCutDisk, look: boolean, life = LIFE): Promise<Lived> {
  const moments: Moment[] = [];
  let acknowledged = 0;
  let served = false;
  try {
    const store = await folder.open({ fileSystem: disk.fileSystem, eventLog: LIMITS });
    served = true;
    if (look) moments.push(await everythingIn(store));
    for (const step of life) {
      await step(store);
      acknowledged++;
      if (look) moments.push(await everythingIn(store));
    }
  } catch (error) {
    if (!disk.isCut) throw error;
  }
  await folder.close();
  return { acknowledged, served, moments };
}

/** The disk after a life that was killed at its `nth` operation, and what that had come to. */
async function killedAt(folder: JsonFolder, nth: number): Promise<Lived & { disk: PowerCutDisk }> {
  const disk = new PowerCutDisk();
  disk.cutAt(nth);
  return { ...(await live(folder, disk, false)), disk: disk.afterKill() };
}

/**
 * Without what rotation may have dropped by then: when it does depends on how many events are appended together.
 * Audited events are never dropped.
 */
function withoutDroppedEvents(moment: Moment): Moment {
  return moment.map((account) => {
    const newest = account.events.slice(-6);
    const isLeft = (row: EventRow) => isAudited(row.type) || newest.includes(row);
    return { ...account, events: account.events.filter(isLeft) };
  });
}

describe('a power cut at any operation of a store’s life', () => {
  for (const [what, chanceOf] of Object.entries(CHANCES)) {
    test(`a power cut leaves every acknowledged change with its event, and the next one whole or not at all: ${what} is left`, async () => {
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
        const possible = moments.slice(acknowledged, acknowledged + 2).map(withoutDroppedEvents);
        const found = withoutDroppedEvents(await everythingIn(store));
        expect(possible, `power cut at operation ${nth}`).toContainEqual(found);
        const owners = new Set((await store.accounts.list()).map((row) => row.id));
        const logs = await left.fileSystem.readdir(join(folder.path, 'events'));
        const ownerless = logs.filter((name) => !owners.has(Number.parseInt(name, 10)));
        expect(ownerless, `power cut at operation ${nth}`).toEqual([]);
        await goesOn(store, acknowledged);
      }
      expect(untouched.operations).toBeGreaterThan(150);
    });

    test(`a power cut in the life after a kill leaves every acknowledged change with its event: ${what} is left`, async () => {
      await using folder = await makeJsonFolder();
      const first = await live(folder, new PowerCutDisk(), true);
      const whole = new PowerCutDisk();
      await live(folder, whole, false);
      const chance = chanceOf();
      for (let killed = 1; killed <= whole.operations; killed += 5) {
        const looked = await killedAt(folder, killed);
        const next = await live(folder, looked.disk, true, NEXT_LIFE);
        const untouched = await killedAt(folder, killed);
        await live(folder, untouched.disk, false, NEXT_LIFE);
        for (let nth = 1 + (killed % 17); nth <= untouched.disk.operations; nth += 17) {
          const { disk, acknowledged: before } = await killedAt(folder, killed);
          disk.cutAt(nth);
          const { acknowledged, served } = await live(folder, disk, false, NEXT_LIFE);
          const store = await folder.open({ fileSystem: disk.afterCut(chance).fileSystem, eventLog: LIMITS });
          const moments = served ? next.moments.slice(acknowledged) : first.moments.slice(before);
          const possible = moments.slice(0, 2).map(withoutDroppedEvents);
          const found = withoutDroppedEvents(await everythingIn(store));
          expect(possible, `kill at ${killed}, cut at ${nth}`).toContainEqual(found);
        }
      }
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
  const { events, first } = await store.events.list(1, { after: 0, limit: 100 });
  const ids = events.map((row) => row.id).filter((id) => id >= (first ?? 0));
  expect(ids).toEqual(ids.map((_, at) => (first ?? 0) + at));
}
