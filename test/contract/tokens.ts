import { expect, test } from 'vitest';
import type { NewEvent } from '../../server/store/interface/events.ts';
import type { Store } from '../../server/store/store.ts';
import {
  createAccount,
  createShare,
  createToken,
  deleteDomain,
  event,
  madeDomain,
  NOON,
  newToken,
} from '../store/rows.ts';
import { eventTypes, nowAndLater, type StartStore } from './store-under-test.ts';

const LATER = '2026-01-31T12:05:00Z';

/** What every store promises about tokens and share links. */
export function tokensContract(start: StartStore): void {
  test('a token is found by its hash, with its account, whoever’s it is', async () => {
    await using underTest = await start();
    const one = await createAccount(underTest.store);
    const two = await createAccount(underTest.store);
    const token = await createToken(underTest.store, one.id, 'hash-a');
    const other = await createToken(underTest.store, two.id, 'hash-b');
    await nowAndLater(underTest, async (store) => {
      const { tokens } = store;
      expect(await tokens.findByHash('hash-a')).toEqual({ token, account: one });
      expect(await tokens.findByHash('hash-b')).toEqual({ token: other, account: two });
      expect(await tokens.findByHash('hash-c')).toBeUndefined();
      expect(await tokens.list(two.id, { domain: null })).toEqual([other]);
      expect(await tokens.get(one.id, token?.id ?? 0)).toEqual(token);
      expect(await tokens.get(two.id, token?.id ?? 0)).toBeUndefined();
      expect(await eventTypes(store, one.id)).toEqual(['account.created', 'token.created']);
    });
  });

  test('a token is not made for an account that is not there', async () => {
    await using underTest = await start();
    expect(await createToken(underTest.store, 7)).toBeUndefined();
  });

  test('a token is deleted by its own account alone, once', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const other = await createAccount(underTest.store);
    const token = await createToken(underTest.store, id, 'hash-a');
    const revoke = (account: number) =>
      underTest.store.tokens.delete(account, token?.id ?? 0, (row) =>
        event('token.revoked', { token: row.id }),
      );
    expect(await revoke(other.id)).toBe(false);
    expect(await revoke(id)).toBe(true);
    expect(await revoke(id)).toBe(false);
    await nowAndLater(underTest, async (store) => {
      expect(await store.tokens.findByHash('hash-a')).toBeUndefined();
      expect(await eventTypes(store, id)).toEqual(['account.created', 'token.created', 'token.revoked']);
    });
  });

  test('an account never has more tokens and share links than the limit, also by creates at the same moment', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const other = await createAccount(store);
    await createToken(store, other.id, 'of-the-other');
    const domain = await madeDomain(store, id, 'example.org');
    const create = (at: number) => createShare(store, id, domain.id, `hash-${at}`, 3);
    const creations = await Promise.all(Array.from({ length: 8 }, (_, at) => create(at)));
    expect(creations.filter(({ kind }) => kind === 'written')).toHaveLength(3);
    expect(creations).toContainEqual({ kind: 'full', limit: 3 });
    expect(await store.tokens.list(id, { domain: domain.id })).toHaveLength(3);
    await deleteDomain(store, id, domain.id);
    const next = await madeDomain(store, id, 'example.net');
    expect((await createShare(store, id, next.id, 'again', 1)).kind).toBe('written');
  });

  test('share links go with their domain, in one change that tells of both', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const domain = await madeDomain(underTest.store, id, 'example.org');
    const kept = await madeDomain(underTest.store, id, 'example.net');
    const first = await createShare(underTest.store, id, domain.id, 'link-1');
    await createShare(underTest.store, id, domain.id, 'link-2');
    await createShare(underTest.store, id, kept.id, 'link-3');
    const link = first.kind === 'written' ? first.row.id : 0;
    underTest.store.tokens.touch(link, NOON);
    await deleteDomain(underTest.store, id, domain.id);
    await nowAndLater(underTest, async (store) => {
      const { tokens } = store;
      expect(await tokens.findByHash('link-1')).toBeUndefined();
      expect(await tokens.list(id, { domain: domain.id })).toEqual([]);
      expect((await tokens.list(id, { domain: kept.id })).map((row) => row.hash)).toEqual(['link-3']);
      expect(await tokens.list(id, { domain: null })).toEqual([]);
      expect(await tokens.delete(id, link, () => event('token.revoked'))).toBe(false);
      const told = (await eventTypes(store, id)).slice(-3);
      expect(told).toEqual(['domain.deleted', 'token.revoked', 'token.revoked']);
    });
  });

  test('a domain that is gone, or goes at the same moment, is not shared', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const domain = await madeDomain(store, id, 'example.org');
    expect(await createShare(store, id, 99_999, 'none')).toEqual({ kind: 'gone' });
    const creations = ['a', 'b', 'c', 'd'].map((hash) => createShare(store, id, domain.id, hash));
    const deleted = deleteDomain(store, id, domain.id);
    const late = createShare(store, id, domain.id, 'late');
    const written = (await Promise.all(creations)).filter(({ kind }) => kind === 'written');
    expect(await deleted).toBe(true);
    expect(await late).toEqual({ kind: 'gone' });
    expect(await store.tokens.list(id, { domain: domain.id })).toEqual([]);
    const types = await eventTypes(store, id);
    for (const type of ['token.created', 'token.revoked'])
      expect(types.filter((one) => one === type)).toHaveLength(written.length);
  });

  test('a token says when it was last used, until it is revoked', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const token = (await createToken(underTest.store, id))?.id ?? 0;
    const lastUse = async () => (await underTest.store.tokens.get(id, token))?.last_used_at;
    expect(await lastUse()).toBeNull();
    underTest.store.tokens.touch(token, NOON);
    underTest.store.tokens.touch(token, LATER);
    await nowAndLater(underTest, async () => expect(await lastUse()).toBe(LATER));
    await underTest.store.tokens.delete(id, token, () => event('token.revoked'));
    // A request that was let in before may come to its end now.
    underTest.store.tokens.touch(token, LATER);
    expect(await lastUse()).toBeUndefined();
  });

  test('of two admin tokens that are deleted at the same moment, one is told that it is the last', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const one = await createAccount(store);
    const two = await createAccount(store);
    await createToken(store, one.id, 'reader');
    const first = await createAdminToken(store, one.id, 'admin-1');
    const second = await createAdminToken(store, two.id, 'admin-2');
    const removals = await Promise.allSettled([
      store.tokens.delete(one.id, first, (_row, admins) => unlessLast(admins)),
      store.accounts.delete(two.id, (_row, admins) => ({ account: one.id, event: unlessLast(admins) })),
    ]);
    expect(removals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await nowAndLater(underTest, async ({ tokens }) => {
      const left = [await tokens.findByHash('admin-1'), await tokens.findByHash('admin-2')];
      expect(left.filter((found) => found !== undefined)).toHaveLength(1);
      expect([first, second]).toContain(left.find((found) => found !== undefined)?.token.id);
    });
  });

  test('the admin tokens of suspended accounts do not count', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const one = await createAccount(store);
    const two = await createAccount(store);
    const first = await createAdminToken(store, one.id, 'admin-1');
    await createAdminToken(store, two.id, 'admin-2');
    await store.accounts.update(two.id, (row) => ({ row: { ...row, suspended: true }, events: [] }));
    await expect(store.tokens.delete(one.id, first, (_row, admins) => unlessLast(admins))).rejects.toThrow(
      'last',
    );
    expect(await store.tokens.findByHash('admin-1')).toBeDefined();
  });
}

async function createAdminToken(store: Store, account: number, hash: string): Promise<number> {
  const token = { ...newToken(hash), scopes: ['admin'] as const };
  const creation = await store.tokens.create({
    account,
    limit: 10,
    token,
    event: () => event('token.created'),
  });
  return creation.kind === 'written' ? creation.row.id : 0;
}

function unlessLast(admins: readonly unknown[]): NewEvent {
  if (admins.length <= 1) throw new Error('This is the last one.');
  return event('token.revoked');
}
