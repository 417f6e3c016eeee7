import { describe, expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { DomainFilter } from '../../server/store/interface/domains.ts';
import {
  checkTimes,
  createAccount,
  createDomain,
  createToken,
  deleteDomain,
  domainEvent,
  domainRow,
  event,
  keepEvidence,
  madeDomain,
  NOON,
  renameDomain,
  verified,
} from '../store/rows.ts';
import { ALL, eventTypes, nowAndLater, type StartStore } from './store-under-test.ts';

/** What every store promises about domains. */
export function domainsContract(start: StartStore): void {
  /** With two accounts, 1 and 2. */
  async function startWithAccounts() {
    const underTest = await start();
    const one = await createAccount(underTest.store);
    const two = await createAccount(underTest.store);
    return Object.assign(underTest, { one: one.id, two: two.id });
  }

  test('a domain is there after a restart, for its own account alone, and its event tells of it', async () => {
    await using underTest = await startWithAccounts();
    const { one, two } = underTest;
    const row = await madeDomain(underTest.store, one, 'example.org');
    expect(row).toEqual(domainRow(row.id, one, 'example.org'));
    await nowAndLater(underTest, async ({ domains, events }) => {
      expect(await domains.get(one, row.id)).toEqual(row);
      expect(await domains.get(two, row.id)).toBeUndefined();
      expect(await domains.get(one, row.id + 1)).toBeUndefined();
      expect((await events.list(one, ALL)).events.at(-1)).toMatchObject(domainEvent('domain.created', row));
    });
  });

  test('an account holds a name once, also by creates at the same moment', async () => {
    await using underTest = await startWithAccounts();
    const { store, one, two } = underTest;
    const changes = await Promise.all(
      Array.from({ length: 8 }, () => createDomain(store, one, 'example.org')),
    );
    const written = changes.filter((change) => change.kind === 'written');
    expect(written).toHaveLength(1);
    expect(changes.filter((change) => change.kind === 'taken')).toHaveLength(7);
    expect(changes).toContainEqual({ kind: 'taken', by: written[0]?.row });
    expect((await createDomain(store, two, 'example.org')).kind).toBe('written');
    expect(await store.domains.list(one, {})).toHaveLength(1);
    expect(await eventTypes(store, one)).toEqual(['account.created', 'domain.created']);
  });

  test('an account never has more domains than the limit, also by creates at the same moment', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const names = Array.from({ length: 8 }, (_, at) => `n${at}.example`);
    const changes = await Promise.all(names.map((name) => createDomain(store, one, name, 3)));
    expect(changes.filter((change) => change.kind === 'written')).toHaveLength(3);
    expect(changes).toContainEqual({ kind: 'full', limit: 3 });
    const [first] = await store.domains.list(one, {});
    await deleteDomain(store, one, first?.id ?? 0);
    expect((await createDomain(store, one, 'again.example', 3)).kind).toBe('written');
  });

  test('what is in the way of a name is known before a domain is made', async () => {
    await using underTest = await startWithAccounts();
    const { store, one, two } = underTest;
    const by = await madeDomain(store, one, 'a.example');
    const find = (account: number, name: string, limit: number | null) =>
      store.domains.findObstacle(account, name, limit);
    expect(await find(one, 'b.example', 2)).toBeNull();
    expect(await find(one, 'b.example', 1)).toEqual({ kind: 'full', limit: 1 });
    expect(await find(one, 'b.example', null)).toBeNull();
    expect(await find(one, 'a.example', 1)).toEqual({ kind: 'taken', by });
    expect(await find(two, 'a.example', 1)).toBeNull();
    expect(await find(99_999, 'a.example', 1)).toEqual({ kind: 'gone' });
    // Nobody has taken an id by asking.
    expect((await madeDomain(store, two, 'a.example')).id).toBe(by.id + 1);
  });

  test('a domain is not made in an account that is not there', async () => {
    await using underTest = await start();
    expect(await createDomain(underTest.store, 99_999, 'example.org')).toEqual({ kind: 'gone' });
  });

  test('a domain is prepared only where nothing is in its way, which is looked at again afterwards', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const by = await madeDomain(store, one, 'a.example');
    const create = (name: string, limit: number, meanwhile: () => Promise<unknown>) =>
      store.domains.create({
        account: one,
        name,
        limit,
        prepare: async () => {
          await meanwhile();
          return (id) => domainRow(id, one, name);
        },
        events: (row) => [domainEvent('domain.created', row)],
      });
    const never = () => Promise.reject(new Error('It was prepared.'));
    expect(await create('a.example', 10, never)).toEqual({ kind: 'taken', by });
    expect(await create('b.example', 1, never)).toEqual({ kind: 'full', limit: 1 });
    expect(await create('b.example', 2, () => createDomain(store, one, 'c.example'))).toMatchObject({
      kind: 'full',
    });
    const late = await create('b.example', 10, () => createDomain(store, one, 'b.example'));
    expect(late).toMatchObject({ kind: 'taken', by: { domain: 'b.example' } });
  });

  test('a domain whose row cannot be built is not made, and nothing else suffers', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const failing = store.domains.create({
      account: one,
      name: 'a.example',
      limit: 10,
      prepare: async () => () => {
        throw new Error('no key');
      },
      events: (row) => [domainEvent('domain.created', row)],
    });
    const other = createDomain(store, one, 'b.example');
    await expect(failing).rejects.toThrow('no key');
    expect((await other).kind).toBe('written');
    expect((await store.domains.list(one, {})).map((row) => row.domain)).toEqual(['b.example']);
  });

  test('a domain changes by its row as it is at the moment', async () => {
    await using underTest = await startWithAccounts();
    const { one } = underTest;
    const { id } = await madeDomain(underTest.store, one, 'example.org');
    const remember = (key: string) =>
      underTest.store.domains.update(one, id, (row) => ({
        row: { ...row, previous_keys: [...row.previous_keys, key] },
        events: [],
      }));
    await Promise.all(['a', 'b', 'c'].map(remember));
    await nowAndLater(underTest, async (store) => {
      expect((await store.domains.get(one, id))?.previous_keys).toEqual(['a', 'b', 'c']);
      expect(await eventTypes(store, one)).toEqual(['account.created', 'domain.created']);
    });
  });

  test('a domain’s change and its events are one: both come, or neither, and the result has both', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const { id } = await madeDomain(store, one, 'example.org');
    const changed = await store.domains.update(one, id, (row) => ({
      row: { ...row, previous_keys: ['a'] },
      events: [domainEvent('domain.verified', row), domainEvent('domain.recovered', row)],
    }));
    expect(changed).toMatchObject({
      kind: 'written',
      row: { previous_keys: ['a'] },
      events: [{ type: 'domain.verified' }, { type: 'domain.recovered' }],
    });
    const failing = store.domains.update(one, id, () => {
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect((await eventTypes(store, one)).slice(2)).toEqual(['domain.verified', 'domain.recovered']);
  });

  test('private keys stay as they are, whatever is their text', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const row = await madeDomain(store, one, 'example.org');
    const encrypted = `v1.${Buffer.alloc(1246, 'key').toString('base64url')}`;
    const texts = [encrypted, null, 'v1.', 'v1.A', 'v1.AA==', 'v2.AAAA', 'sealed', encrypted];
    const keys = texts.flatMap((private_key, at) =>
      row.keys.map((key) => ({ ...key, id: at + 1, private_key, state: at === 0 ? key.state : 'revoked' })),
    );
    await store.domains.update(one, row.id, (before) => ({ row: { ...before, keys }, events: [] }));
    await nowAndLater(underTest, async ({ domains }) => {
      expect((await domains.get(one, row.id))?.keys).toEqual(keys);
    });
  });

  test('a domain stays as it is where nothing is to change', async () => {
    await using underTest = await startWithAccounts();
    const { store, one, two } = underTest;
    const row = await madeDomain(store, one, 'example.org');
    expect(await store.domains.update(one, row.id, () => null)).toEqual({ kind: 'unchanged', row });
    expect(await store.domains.update(one, 99_999, () => null)).toEqual({ kind: 'gone' });
    expect(await store.domains.update(two, row.id, () => null)).toEqual({ kind: 'gone' });
  });

  test('a domain takes no name that its account holds already', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const held = await madeDomain(store, one, 'held.example');
    const other = await madeDomain(store, one, 'other.example');
    expect(await renameDomain(store, one, other.id, 'held.example')).toEqual({ kind: 'taken', by: held });
    expect((await renameDomain(store, one, other.id, 'free.example')).kind).toBe('written');
    expect((await createDomain(store, one, 'other.example')).kind).toBe('written');
  });

  test('of two renames to one name at the same moment, one gets it', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const rows = [await madeDomain(store, one, 'a.example'), await madeDomain(store, one, 'b.example')];
    const changes = await Promise.all(rows.map(({ id }) => renameDomain(store, one, id, 'new.example')));
    expect(changes.map((change) => change.kind).sort()).toEqual(['taken', 'written']);
  });

  test('a domain is deleted once, with its evidence', async () => {
    await using underTest = await startWithAccounts();
    const { one, two } = underTest;
    const { id } = await madeDomain(underTest.store, one, 'example.org');
    await keepEvidence(underTest.store, one, id, { seen: true });
    expect(await deleteDomain(underTest.store, two, id)).toBe(false);
    const remove = () => deleteDomain(underTest.store, one, id);
    expect((await Promise.all([remove(), remove()])).sort()).toEqual([false, true]);
    await nowAndLater(underTest, async (store) => {
      expect(await store.domains.get(one, id)).toBeUndefined();
      expect(await store.checks.evidence(one, id)).toBeUndefined();
      expect(await eventTypes(store, one)).toEqual(['account.created', 'domain.created', 'domain.deleted']);
    });
  });

  test('domains are listed by id, in pages, and filtered', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const rows: DomainRow[] = [];
    for (const name of ['a.example', 'b.example', 'c.example', 'd.example'])
      rows.push(await madeDomain(store, one, name));
    const [a = 0, b = 0, c = 0, d = 0] = rows.map(({ id }) => id);
    const verify = (id: number, change: (row: DomainRow) => DomainRow) =>
      store.domains.update(one, id, (row) => ({ row: change(row), events: [] }));
    await verify(b, (row) => verified(row));
    await verify(d, (row) => verified(row, 'return_path'));
    const ids = async (filter: DomainFilter) => (await store.domains.list(one, filter)).map((row) => row.id);
    expect(await ids({})).toEqual([a, b, c, d]);
    expect(await ids({ limit: 2 })).toEqual([a, b]);
    expect(await ids({ after: b, limit: 1 })).toEqual([c]);
    expect(await ids({ after: d })).toEqual([]);
    expect(await ids({ verified: true })).toEqual([b, d]);
    expect(await ids({ verified: false })).toEqual([a, c]);
    expect(await ids({ verified: true, limit: 1, after: b })).toEqual([d]);
    expect(await ids({ domains: ['c.example'] })).toEqual([c]);
    expect(await ids({ domains: ['d.example', 'none.example', 'a.example'] })).toEqual([a, d]);
    expect(await ids({ domains: ['C.example'] })).toEqual([]);
  });

  test('domains are found by their names in every account, as they are now', async () => {
    await using underTest = await startWithAccounts();
    const { store, one, two } = underTest;
    const first = await madeDomain(store, one, 'a.example');
    const second = await madeDomain(store, two, 'a.example');
    const third = await madeDomain(store, two, 'b.example');
    const named = async (...names: string[]) => (await store.domains.named(names)).map(({ id }) => id);
    expect(await named('b.example', 'a.example', 'c.example')).toEqual([first.id, second.id, third.id]);
    await renameDomain(store, two, second.id, 'c.example');
    await deleteDomain(store, one, first.id);
    expect(await named('a.example')).toEqual([]);
    expect(await named('c.example')).toEqual([second.id]);
  });

  test('a row is the same object until something about its domain changes', async () => {
    await using underTest = await startWithAccounts();
    const { store, one } = underTest;
    const { id } = await madeDomain(store, one, 'example.org');
    const before = await store.domains.get(one, id);
    expect(await store.domains.get(one, id)).toBe(before);
    expect((await store.domains.list(one, {}))[0]).toBe(before);
    await store.checks.reschedule({ account: one, id }, checkTimes(NOON));
    const after = await store.domains.get(one, id);
    expect(after).toEqual({ ...before, checks: checkTimes(NOON) });
    expect(await store.domains.get(one, id)).toBe(after);
  });

  test('a row cannot be changed by whoever got it', async () => {
    await using underTest = await startWithAccounts();
    const { one } = underTest;
    const { id } = await madeDomain(underTest.store, one, 'example.org');
    const store = await underTest.reopen();
    const row = await store.domains.get(one, id);
    expect(() => Object.assign(row ?? {}, { domain: 'mine.example' })).toThrow(TypeError);
    expect(() => Object.assign(row?.records[0] ?? {}, { verified: true })).toThrow(TypeError);
    expect(await store.domains.get(one, id)).toEqual(domainRow(id, one, 'example.org'));
  });

  describe('ids', () => {
    test('no id is given twice, over deletes and restarts', async () => {
      await using underTest = await startWithAccounts();
      const { one, two } = underTest;
      const given: number[] = [];
      const tokens: number[] = [];
      for (let round = 0; round < 3; round++) {
        const names = Array.from({ length: 5 }, (_, at) => `r${round}-${at}.example`);
        const rows = await Promise.all(names.map((name) => madeDomain(underTest.store, one, name)));
        given.push(...rows.map((row) => row.id));
        for (const row of rows) await deleteDomain(underTest.store, one, row.id);
        const token = (await createToken(underTest.store, two))?.id ?? 0;
        tokens.push(token);
        await underTest.store.tokens.delete(two, token, () => event('token.revoked'));
        await underTest.reopen();
      }
      expect(new Set(given).size).toBe(15);
      expect(new Set(tokens).size).toBe(3);
      await underTest.store.accounts.delete(two, () => null);
      const store = await underTest.reopen();
      expect((await createAccount(store)).id).toBeGreaterThan(two);
    });
  });
}
