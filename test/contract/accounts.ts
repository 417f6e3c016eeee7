import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  createAccount,
  createDomain,
  createToken,
  event,
  everythingIn,
  keepEvidence,
  madeDomain,
  newAccount,
  newToken,
  setLogo,
} from '../store/rows.ts';
import { ALL, eventTypes, nowAndLater, type StartStore } from './store-under-test.ts';

/** What every store promises about accounts. */
export function accountsContract(start: StartStore): void {
  test('accounts are there after a restart, by id', async () => {
    await using underTest = await start();
    const first = await createAccount(underTest.store, 'First');
    const second = await createAccount(underTest.store, 'Second');
    expect(second.id).toBeGreaterThan(first.id);
    await nowAndLater(underTest, async ({ accounts }) => {
      expect(await accounts.list()).toEqual([first, second]);
      expect(await accounts.get(second.id)).toEqual(second);
      expect(await accounts.get(second.id + 1)).toBeUndefined();
    });
  });

  test('the first account comes with its token, and of several starts at once one makes it', async () => {
    await using underTest = await start();
    const create = (hash: string) =>
      underTest.store.accounts.createFirst(newAccount(), newToken(hash), (account, token) => [
        event('account.created', { id: account.id }),
        event('token.created', { id: token.id }),
      ]);
    const rows = await Promise.all(['a', 'b', 'c', 'd'].map(create));
    const made = rows.filter((row) => row !== null);
    expect(made).toHaveLength(1);
    expect(await create('late')).toBeNull();
    await nowAndLater(underTest, async (store) => {
      expect(await store.accounts.list()).toEqual(made);
      const [account] = made;
      const [token, ...others] = await store.tokens.list(account?.id ?? 0, { domain: null });
      expect(others).toEqual([]);
      const { events } = await store.events.list(account?.id ?? 0, ALL);
      expect(events.map(({ type, changes }) => [type, changes['id']])).toEqual([
        ['account.created', account?.id],
        ['token.created', token?.id],
      ]);
    });
  });

  test('a first account whose events cannot be made is not there, and the next try makes it', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const failing = store.accounts.createFirst(newAccount(), newToken(), () => {
      throw new Error('no token today');
    });
    await expect(failing).rejects.toThrow('no token today');
    expect(await store.accounts.list()).toEqual([]);
    expect(await store.accounts.createFirst(newAccount(), newToken(), () => [])).not.toBeNull();
  });

  test('an account changes by its row as it is at the moment, with its events', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store, 'Old');
    const rename = (suffix: string) =>
      underTest.store.accounts.update(id, (row) => ({
        row: { ...row, name: row.name + suffix },
        events: [event('account.renamed', { name: row.name + suffix })],
      }));
    await Promise.all([rename('er'), rename(' still')]);
    await nowAndLater(underTest, async (store) => {
      expect((await store.accounts.get(id))?.name).toBe('Older still');
      expect(await eventTypes(store, id)).toEqual(['account.created', 'account.renamed', 'account.renamed']);
    });
  });

  test('every character of a name is kept, in accounts, tokens and events', async () => {
    await using underTest = await start();
    const name = 'Ünï "code" \\ \u0000 \ud800 {}';
    const { id } = await createAccount(underTest.store, name);
    await underTest.store.accounts.update(id, (row) => ({
      row: { ...row, name: `${name}!` },
      events: [event('account.renamed', { from: name })],
    }));
    await underTest.store.tokens.create({
      account: id,
      limit: 10,
      token: { ...newToken(), name },
      event: () => event('token.created', { name }),
    });
    await nowAndLater(underTest, async (store) => {
      expect((await store.accounts.get(id))?.name).toBe(`${name}!`);
      expect((await store.tokens.findByHash('hash'))?.token.name).toBe(name);
      const { events } = await store.events.list(id, ALL);
      expect(events.slice(1).map(({ changes }) => changes)).toEqual([{ from: name }, { name }]);
    });
  });

  test('a logo is there with the row that names it, until another takes its place or it is taken away', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const other = await createAccount(store);
    expect(await store.accounts.logo(id)).toBeUndefined();
    const first = await setLogo(store, id, 'Zmlyc3Q=');
    expect(first?.logo).toHaveLength(64);
    expect(await store.accounts.logo(id)).toBe('Zmlyc3Q=');
    await Promise.all([setLogo(store, id, 'c2Vjb25k'), setLogo(store, id, 'dGhpcmQ=')]);
    await store.accounts.update(id, (row) => ({ row: { ...row, suspended: true }, events: [] }));
    await setLogo(store, other.id, 'Zmlyc3Q=');
    await setLogo(store, other.id, null);
    await nowAndLater(underTest, async ({ accounts }) => {
      const [{ logo } = { logo: null }] = await accounts.list();
      const kept = Buffer.from((await accounts.logo(id)) ?? '', 'base64');
      expect(['second', 'third']).toContain(kept.toString());
      expect(createHash('sha256').update(kept).digest('hex')).toBe(logo);
      expect(await accounts.logo(other.id)).toBeUndefined();
      expect((await accounts.get(other.id))?.logo).toBeNull();
    });
  });

  test('a change that is refused leaves the logo as it was', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    await setLogo(underTest.store, id, 'Zmlyc3Q=');
    const failing = underTest.store.accounts.update(
      id,
      () => {
        throw new Error('not today');
      },
      'c2Vjb25k',
    );
    await expect(failing).rejects.toThrow('not today');
    expect(await underTest.store.accounts.update(99_999, () => null, 'c2Vjb25k')).toBeUndefined();
    await nowAndLater(underTest, async ({ accounts }) => {
      expect(await accounts.logo(id)).toBe('Zmlyc3Q=');
      expect(await accounts.logo(99_999)).toBeUndefined();
    });
  });

  test('an account stays as it is where nothing is to change', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const account = await createAccount(store);
    expect(await store.accounts.update(account.id, () => null)).toEqual(account);
    expect(await store.accounts.update(99_999, () => null)).toBeUndefined();
    expect(await eventTypes(store, account.id)).toEqual(['account.created']);
  });

  test('an account is deleted with everything that was its own, and another account’s log tells of it', async () => {
    await using underTest = await start();
    const actor = await createAccount(underTest.store);
    const gone = await createAccount(underTest.store);
    await createToken(underTest.store, gone.id, 'of-the-gone');
    await setLogo(underTest.store, gone.id, 'Zmlyc3Q=');
    const domain = await madeDomain(underTest.store, gone.id, 'example.org');
    await keepEvidence(underTest.store, gone.id, domain.id, { seen: 'nothing' });
    const told = { account: actor.id, event: event('account.deleted', { account: gone.id }) };
    expect(await underTest.store.accounts.delete(gone.id, () => told)).toBe(true);
    expect(await underTest.store.accounts.delete(gone.id, () => told)).toBe(false);
    await nowAndLater(underTest, async (store) => {
      expect(await store.accounts.list()).toEqual([actor]);
      expect(await store.tokens.findByHash('of-the-gone')).toBeUndefined();
      expect(await store.domains.get(gone.id, domain.id)).toBeUndefined();
      expect(await store.domains.list(gone.id, {})).toEqual([]);
      expect(await store.accounts.logo(gone.id)).toBeUndefined();
      expect(await store.checks.evidence(gone.id, domain.id)).toBeUndefined();
      const none = { events: [], truncated: false, afterIsKept: true, first: null, last: 0 };
      expect(await store.events.list(gone.id, ALL)).toEqual(none);
      expect(await store.checks.claim('2099-01-01T00:00:00Z', 10, 60)).toEqual([]);
      expect(await eventTypes(store, actor.id)).toEqual(['account.created', 'account.deleted']);
    });
  });

  test('an account can be deleted without an event', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    expect(await store.accounts.delete(id, () => null)).toBe(true);
    expect(await store.accounts.list()).toEqual([]);
  });

  test('a domain that is created while its account is deleted is gone with it', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const kept = await createAccount(store);
    const gone = await createAccount(store);
    const created = createDomain(store, gone.id, 'example.org');
    const deleted = store.accounts.delete(gone.id, () => null);
    const late = createDomain(store, gone.id, 'late.example');
    expect(await deleted).toBe(true);
    for (const change of [await created, await late]) expect(['written', 'gone']).toContain(change.kind);
    expect(await store.domains.list(gone.id, {})).toEqual([]);
    const left = await everythingIn(await underTest.reopen());
    expect(left.map(({ account }) => account?.id)).toEqual([kept.id]);
  });
}
