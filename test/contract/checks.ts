import { expect, test } from 'vitest';
import type { Instant } from '../../server/instant.ts';
import type { CheckResult } from '../../server/store/interface/checks.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { Store } from '../../server/store/store.ts';
import {
  checkTimes,
  createAccount,
  deleteDomain,
  domainEvent,
  keepEvidence,
  madeDomain,
  NOON,
  verified,
} from '../store/rows.ts';
import { eventTypes, nowAndLater, type StartStore } from './store-under-test.ts';

const LATER = '2026-01-31T12:05:00Z';
const MUCH_LATER = '2026-02-01T12:00:00Z';
/** Seconds. */
const LEASE = 600;
const AFTER_THE_LEASE = '2026-01-31T12:10:00Z';

/** The ids that are claimed. */
async function claim({ checks }: Store, now: Instant, limit = 10): Promise<number[]> {
  return (await checks.claim(now, limit, LEASE)).map(({ id }) => id);
}

function reschedule(store: Store, { account_id: account, id }: DomainRow, next: Instant | null) {
  return store.checks.reschedule({ account, id }, checkTimes(next));
}

/** Ends a check that began then, and by default changes and tells something. */
function finish(
  store: Store,
  { account_id: account, id, keys }: DomainRow,
  began: Instant,
  result: Partial<CheckResult> = {},
) {
  return store.checks.finish(
    { account, id, selector: keys[0]?.selector ?? '', began },
    {
      evidence: { began },
      change: (row) => ({
        row: { ...row, previous_keys: [...row.previous_keys, began] },
        events: [domainEvent('domain.verified', row)],
      }),
      times: () => checkTimes(MUCH_LATER),
      ...result,
    },
  );
}

/** What every store promises about checks, their times and their evidence. */
export function checksContract(start: StartStore): void {
  async function startWithDomains(...names: string[]) {
    const underTest = await start();
    const { id } = await createAccount(underTest.store);
    const rows = [];
    for (const name of names) rows.push(await madeDomain(underTest.store, id, name));
    const [row = await madeDomain(underTest.store, id, 'example.org')] = rows;
    return Object.assign(underTest, { account: id, row, rows });
  }

  test('a domain without times is due at once, and given to one claim', async () => {
    await using underTest = await startWithDomains();
    const { store, row } = underTest;
    expect(row.checks).toBeNull();
    expect(await store.checks.countDue(NOON)).toBe(1);
    expect(await claim(store, NOON)).toEqual([row.id]);
    expect(await claim(store, LATER)).toEqual([]);
    expect(await store.checks.countDue(LATER)).toBe(0);
  });

  test('a claimed check that is neither finished nor rescheduled is given again when its lease has ended', async () => {
    await using underTest = await startWithDomains();
    const { store, row } = underTest;
    expect(await claim(store, NOON)).toEqual([row.id]);
    expect(await claim(store, LATER)).toEqual([]);
    expect(await claim(store, AFTER_THE_LEASE)).toEqual([row.id]);
  });

  test('a domain is due again when the earliest of its records is', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    await claim(store, NOON);
    await store.checks.reschedule({ account, id: row.id }, checkTimes(MUCH_LATER, LATER));
    expect(await claim(store, NOON)).toEqual([]);
    expect(await claim(store, LATER)).toEqual([row.id]);
    await reschedule(store, row, null);
    expect(await claim(store, '2099-01-01T00:00:00Z')).toEqual([]);
    await reschedule(store, row, NOON);
    expect(await claim(store, NOON)).toEqual([row.id]);
  });

  test('the domains whose times a clock that was ahead can have left are found, and no others', async () => {
    const names = ['usual', 'verified', 'given-up', 'checked', 'begun', 'verified-late'];
    await using underTest = await startWithDomains(...names.map((name) => `${name}.example`));
    const { store, account, rows } = underTest;
    const soon = checkTimes(LATER, LATER);
    const times = [
      checkTimes(MUCH_LATER, LATER),
      soon,
      checkTimes(LATER, null),
      { ...soon, checked_at: LATER },
      { ...soon, began_at: LATER },
      checkTimes(LATER, MUCH_LATER),
    ];
    for (const [at, { id }] of rows.entries()) {
      if (names[at]?.startsWith('verified') === true)
        await store.domains.update(account, id, (row) => ({ row: verified(row), events: [] }));
      await store.checks.reschedule({ account, id }, times[at] ?? soon);
    }
    const found = await store.checks.listAhead(NOON, { verified: LATER, unverified: MUCH_LATER });
    const ids = found.map(({ id }) => id).sort((a, b) => a - b);
    expect(ids.map((id) => names[rows.findIndex((row) => row.id === id)])).toEqual(names.slice(2));
    expect(await store.checks.listAhead(NOON, { verified: NOON, unverified: NOON })).toHaveLength(6);
  });

  test('the longest due come first, as many as are asked for', async () => {
    await using underTest = await startWithDomains('a.example', 'b.example', 'c.example', 'd.example');
    const { store, rows } = underTest;
    const minutes = [3, 1, 4, 2];
    for (const [at, row] of rows.entries()) await reschedule(store, row, `2026-01-31T12:0${minutes[at]}:00Z`);
    const [a, b, c, d] = rows.map(({ id }) => id);
    expect(await store.checks.countDue('2026-01-31T12:03:00Z')).toBe(3);
    expect(await claim(store, LATER, 2)).toEqual([b, d]);
    expect(await claim(store, LATER, 2)).toEqual([a, c]);
  });

  test('an account with many due checks holds up no other: accounts take turns', async () => {
    await using underTest = await startWithDomains(
      ...Array.from({ length: 30 }, (_, at) => `n${at}.example`),
    );
    const { store, rows } = underTest;
    for (const row of rows) await reschedule(store, row, NOON);
    const others = [];
    for (const name of ['b.example', 'c.example']) {
      const row = await madeDomain(store, (await createAccount(store)).id, name);
      await reschedule(store, row, LATER);
      others.push(row.id);
    }
    expect(await claim(store, NOON, 3)).toHaveLength(3);
    const next = [...(await claim(store, LATER, 1)), ...(await claim(store, LATER, 2))];
    expect(next).toEqual(expect.arrayContaining(others));
    expect(await store.checks.countDue(LATER)).toBe(26);
    expect(await claim(store, LATER, 100)).toHaveLength(26);
  });

  test('no check is due while its account is suspended', async () => {
    await using underTest = await startWithDomains('a.example');
    const { account, row } = underTest;
    const suspend = (suspended: boolean) =>
      underTest.store.accounts.update(account, (current) => ({ row: { ...current, suspended }, events: [] }));
    await suspend(true);
    const other = await madeDomain(underTest.store, account, 'b.example');
    await nowAndLater(underTest, async (store) => {
      expect(await claim(store, NOON)).toEqual([]);
      expect(await store.checks.countDue(NOON)).toBe(0);
    });
    await suspend(false);
    expect((await claim(underTest.store, NOON)).sort()).toEqual([row.id, other.id]);
  });

  test('times go with their domain', async () => {
    await using underTest = await startWithDomains('a.example', 'b.example');
    const { store, account, rows } = underTest;
    const [first, second] = rows;
    if (first === undefined) throw new Error('There is no domain.');
    await reschedule(store, first, NOON);
    await deleteDomain(store, account, first.id);
    await reschedule(store, first, NOON);
    expect(await claim(store, NOON)).toEqual([second?.id]);
  });

  test('times are part of the row, and remembered over a clean restart; what was claimed is given again', async () => {
    await using underTest = await startWithDomains('a.example', 'b.example');
    const { account, rows } = underTest;
    const [first, second] = rows.map(({ id }) => id);
    const times = checkTimes(LATER, MUCH_LATER);
    await underTest.store.checks.reschedule({ account, id: first ?? 0 }, times);
    expect(await claim(underTest.store, NOON)).toEqual([second]);
    const store = await underTest.reopen();
    expect((await store.domains.list(account, {})).map(({ checks }) => checks)).toEqual([times, null]);
    expect(await claim(store, NOON)).toEqual([second]);
    expect(await claim(store, LATER)).toEqual([first]);
  });

  test('what a check found of each record is part of the row, and remembered over a clean restart', async () => {
    await using underTest = await startWithDomains();
    const { account, row } = underTest;
    const codes = { 'dkim:1': 'HOST_DOUBLED', return_path: 'CNAME_WRONG_TARGET' } as const;
    const end = await finish(underTest.store, row, NOON, { times: () => ({ ...checkTimes(LATER), codes }) });
    expect(end.kind === 'written' && end.row.checks?.codes).toEqual(codes);
    await nowAndLater(underTest, async ({ domains }) => {
      expect((await domains.get(account, row.id))?.checks?.codes).toEqual(codes);
    });
  });

  test('a check that ends keeps its evidence, its change, the event and the next times in one', async () => {
    await using underTest = await startWithDomains();
    const { account, row } = underTest;
    await claim(underTest.store, NOON);
    const end = await finish(underTest.store, row, NOON);
    expect(end).toMatchObject({ kind: 'written', events: [{ type: 'domain.verified' }] });
    const expected = { ...row, previous_keys: [NOON], checks: checkTimes(MUCH_LATER) };
    expect(end.kind === 'written' && end.row).toEqual(expected);
    await nowAndLater(underTest, async (store) => {
      expect(await store.domains.get(account, row.id)).toEqual(expected);
      expect(await store.checks.evidence(account, row.id)).toEqual({ began: NOON });
      expect((await eventTypes(store, account)).at(-1)).toBe('domain.verified');
    });
  });

  test('a check that changes nothing keeps its evidence and the next times', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    const end = await finish(store, row, NOON, { change: () => null });
    expect(end).toEqual({
      kind: 'unchanged',
      row: { ...row, checks: checkTimes(MUCH_LATER) },
    });
    expect(await store.checks.evidence(account, row.id)).toEqual({ began: NOON });
    expect(await eventTypes(store, account)).toEqual(['account.created', 'domain.created']);
  });

  test('whoever is told of a check’s event finds its evidence', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    // Watchers can be called without news: whoever finds the event listed has to find the evidence.
    const found: Promise<{ evidence: unknown } | null>[] = [];
    const look = async () => {
      const isListed = (await eventTypes(store, account)).includes('domain.verified');
      return isListed ? { evidence: await store.checks.evidence(account, row.id) } : null;
    };
    await using _watch = await store.events.watch(account, () => found.push(look()));
    await finish(store, row, NOON);
    const told = async () => (await Promise.all(found)).filter((one) => one !== null);
    await expect.poll(told).not.toEqual([]);
    expect((await told())[0]).toEqual({ evidence: { began: NOON } });
  });

  test('a check is dropped where one that began later has ended, and kept where one that began earlier has', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    await finish(store, row, LATER);
    const dropped = await finish(store, row, NOON, { times: () => checkTimes(NOON) });
    expect(dropped.kind).toBe('dropped');
    expect(await store.domains.get(account, row.id)).toMatchObject({
      previous_keys: [LATER],
      checks: { ...checkTimes(MUCH_LATER), began_at: LATER },
    });
    expect(await store.checks.evidence(account, row.id)).toEqual({ began: LATER });
    expect((await finish(store, row, MUCH_LATER)).kind).toBe('written');
  });

  test('checks that end at the same moment are kept in the order in which they began', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    await Promise.all([finish(store, row, LATER), finish(store, row, NOON), finish(store, row, MUCH_LATER)]);
    const after = await store.domains.get(account, row.id);
    expect(after?.previous_keys.at(-1)).toBe(MUCH_LATER);
    expect([...(after?.previous_keys ?? [])].sort()).toEqual(after?.previous_keys);
    expect(await store.checks.evidence(account, row.id)).toEqual({ began: MUCH_LATER });
  });

  test('a check is dropped where its domain has another selector by now', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    await store.domains.update(account, row.id, (current) => ({
      row: {
        ...current,
        keys: current.keys.map((key) => ({ ...key, id: 2, selector: 'another' })),
        checks: checkTimes(LATER),
      },
      events: [],
    }));
    expect((await finish(store, row, NOON)).kind).toBe('dropped');
    expect(await store.checks.evidence(account, row.id)).toBeUndefined();
    expect((await store.domains.get(account, row.id))?.checks).toEqual(checkTimes(LATER));
  });

  test('a check of a domain that is gone, or never was, leaves nothing behind', async () => {
    await using underTest = await startWithDomains();
    const { store, account, row } = underTest;
    await deleteDomain(store, account, row.id);
    expect(await finish(store, row, NOON)).toEqual({ kind: 'gone' });
    expect(await finish(store, { ...row, account_id: 99_999 }, NOON)).toEqual({ kind: 'gone' });
    expect(await store.checks.evidence(account, row.id)).toBeUndefined();
  });

  test('evidence is replaced as a whole, and there after a restart, for its own account alone', async () => {
    await using underTest = await startWithDomains();
    const { account, row } = underTest;
    expect(await underTest.store.checks.evidence(account, row.id)).toBeUndefined();
    for (const look of [1, 2, 3])
      await keepEvidence(underTest.store, account, row.id, { look, of: ['ü', null, '\u0000\ud800'] });
    await nowAndLater(underTest, async ({ checks }) => {
      expect(await checks.evidence(account, row.id)).toEqual({ look: 3, of: ['ü', null, '\u0000\ud800'] });
      expect(await checks.evidence(account + 1, row.id)).toBeUndefined();
    });
  });
}
