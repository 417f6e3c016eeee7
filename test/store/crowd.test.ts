import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { JsonStore } from '../../server/store/json/json-store.ts';
import { type StoreLog, silentLog } from '../../server/store/store-log.ts';
import { makeJsonFolder } from './json-folder.ts';
import { type Chance, PowerCutDisk } from './power-cut-disk.ts';
import {
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  domainEvent,
  renameDomain,
  verified,
} from './rows.ts';

const ACCOUNTS = [1, 2, 3];
const LIMITS = { segmentBytes: 100_000 };

const wish = fc.record({
  kind: fc.constantFrom('create', 'rename', 'verify', 'delete', 'token'),
  account: fc.constantFrom(...ACCOUNTS),
  name: fc.nat({ max: 5 }).map((at) => `n${at}.example`),
  pick: fc.nat({ max: 30 }),
});

type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

/** What the store said, as far as it got to say it. */
class Witness {
  /** By id, as last acknowledged; null: deleted. */
  readonly domains = new Map<number, DomainRow | null>();
  /** The domains that changes were still under way for when the power went, once for each. */
  readonly underWay: number[] = [];
  readonly tokens = new Set<number>();
  readonly events = new Map<number, number>();
  highestId = 0;

  /** Hears of each event, in the order of their ids. */
  readonly log: StoreLog = {
    ...silentLog,
    info: (details, message) => {
      if (message !== 'event') return;
      const { account, id } = details as { account: number; id: number };
      expect(id).toBe((this.events.get(account) ?? 0) + 1);
      this.events.set(account, id);
    },
  };

  async fulfil(store: JsonStore, { kind, account, name, pick }: Wish): Promise<void> {
    const known = [...this.domains].flatMap(([id, row]) => (row?.account_id === account ? id : []));
    const id = known[pick % Math.max(1, known.length)] ?? 0;
    if (kind === 'create') return this.#create(store, account, name);
    if (kind === 'token') return this.#createToken(store, account);
    this.underWay.push(id);
    if (kind === 'delete') {
      if (await deleteDomain(store, account, id)) this.domains.set(id, null);
    } else {
      const change =
        kind === 'rename' ? await renameDomain(store, account, id, name) : await verify(store, account, id);
      if (change.kind === 'written') this.domains.set(id, change.row);
    }
    this.underWay.splice(this.underWay.indexOf(id), 1);
  }

  async #create(store: JsonStore, account: number, name: string): Promise<void> {
    const change = await createDomain(store, account, name, 4);
    if (change.kind !== 'written') return;
    expect(this.domains.has(change.row.id)).toBe(false);
    this.domains.set(change.row.id, change.row);
    this.highestId = Math.max(this.highestId, change.row.id);
  }

  async #createToken(store: JsonStore, account: number): Promise<void> {
    const token = await createToken(store, account);
    if (token !== undefined) this.tokens.add(token.id);
  }
}

function verify(store: JsonStore, account: number, id: number) {
  return store.domains.update(account, id, (row) => ({
    row: verified(row),
    events: [domainEvent('domain.verified', row)],
  }));
}

test('a power cut under a busy load loses nothing that was acknowledged or sent as an event, and gives no id twice', async () => {
  await using folder = await makeJsonFolder();
  const scene = fc.record({
    wishes: fc.array(wish, { minLength: 5, maxLength: 60 }),
    cutAt: fc.integer({ min: 1, max: 250 }),
    seed: fc.integer({ min: 1, max: 2147483646 }),
  });
  let cuts = 0;
  const property = fc.asyncProperty(scene, async ({ wishes, cutAt, seed }) => {
    const disk = new PowerCutDisk();
    const witness = new Witness();
    const store = await folder.open({ fileSystem: disk.fileSystem, eventLog: LIMITS, log: witness.log });
    for (const _ of ACCOUNTS) await createAccount(store);
    disk.cutAt(cutAt);
    // Seven at a time: some changes wait for a write, some share one, some are of other accounts.
    for (let at = 0; at < wishes.length && !disk.isCut; at += 7) {
      const wave = wishes.slice(at, at + 7).map((one) => witness.fulfil(store, one));
      const outcomes = await Promise.allSettled(wave);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined && !disk.isCut) throw failed.reason;
    }
    if (disk.isCut) cuts++;
    await folder.close();
    const left = disk.afterCut(chanceFrom(seed));
    const after = await folder.open({ fileSystem: left.fileSystem, eventLog: LIMITS });
    await compare(after, witness);
    await folder.close();
  });
  await fc.assert(property, { numRuns: 250 });
  // How many of the random scenes are cut while something is under way differs from run to run.
  expect(cuts).toBeGreaterThan(50);
});

async function compare(store: JsonStore, witness: Witness): Promise<void> {
  for (const account of ACCOUNTS) {
    const domains = await store.domains.list(account, {});
    const found = new Map(domains.map((row) => [row.id, row]));
    for (const [id, row] of witness.domains) {
      if (witness.underWay.includes(id)) continue;
      if (row === null) expect(found.has(id)).toBe(false);
      else if (row.account_id === account) expect(found.get(id)).toEqual(row);
    }
    expect(new Set(domains.map((row) => row.domain)).size).toBe(domains.length);
    expect(domains.length).toBeLessThanOrEqual(4);
    const { events } = await store.events.list(account, { after: 0, limit: 1000 });
    expect(events.map((row) => row.id)).toEqual(events.map((_, at) => at + 1));
    expect(events.length).toBeGreaterThanOrEqual(witness.events.get(account) ?? 0);
    const created = events.filter((row) => row.type === 'domain.created').map((row) => row.domain?.id);
    expect(created).toEqual(expect.arrayContaining(domains.map((row) => row.id)));
    const tokens = (await store.tokens.list(account, { domain: null })).map((token) => token.id);
    expect(events.filter((row) => row.type === 'token.created')).toHaveLength(tokens.length);
    for (const token of tokens) witness.tokens.delete(token);
  }
  expect([...witness.tokens]).toEqual([]);
  const account = await createAccount(store);
  const next = await createDomain(store, account.id, 'after.example');
  expect(next.kind === 'written' && next.row.id).toBeGreaterThan(witness.highestId);
}

/** The same numbers for the same seed, without a pattern that matters here. */
function chanceFrom(seed: number): Chance {
  let state = seed;
  return (options) => {
    state = (state * 48271) % 2147483647;
    return state % options;
  };
}
