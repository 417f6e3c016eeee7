import { expect, test } from 'vitest';
import type { Cursor } from '../../server/store/interface/cursors.ts';
import type { WebhookRow } from '../../server/store/interface/webhooks.ts';
import type { Store } from '../../server/store/store.ts';
import { createAccount, createDomain, event, NOON, newAccount } from '../store/rows.ts';
import type { StartStore } from './store-under-test.ts';
import { madeWebhook } from './webhooks.ts';

const ONE_MINUTE = 60;
const ALL_NEW = {
  now: NOON,
  latest: '2030-01-31T12:00:00Z',
  limit: 100,
  perAccount: 100,
  lease: ONE_MINUTE,
  slow: null,
};

/** What every store promises about cursors. */
export function cursorsContract(start: StartStore): void {
  test('a cursor has one holder at a time, and is free again once released', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const webhook = await madeWebhook(store, id);
    const claims = await Promise.all([claim(store), claim(store), claim(store)]);
    const [held = never(), ...others] = claims.flat();
    expect(others).toEqual([]);
    expect(held).toMatchObject({
      account: id,
      id: webhook.id,
      position: webhook.after,
      failures: 0,
      due: null,
    });
    expect(await store.cursors.release(held, held)).toBe(true);
    expect(await claim(store)).toHaveLength(1);
  });

  test('the backlog is the oldest event that an enabled webhook is not done with, and how many are disabled', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const backlog = () => store.cursors.webhookBacklog();
    expect(await backlog()).toEqual({ disabled: 0, oldest: null });
    const { id } = await createAccount(store);
    const { id: idle } = await madeWebhook(store, id);
    expect(await backlog()).toEqual({ disabled: 0, oldest: NOON });
    const [held = never()] = await claim(store);
    await store.cursors.release(held, {
      ...held,
      position: (await store.events.list(id, { after: 0, limit: 1 })).last,
    });
    expect(await backlog()).toEqual({ disabled: 0, oldest: null });
    await createDomain(store, id, 'd.example');
    expect(await backlog()).toEqual({ disabled: 0, oldest: NOON });
    await store.webhooks.update(id, idle, (row) => ({ row: { ...row, enabled: false }, events: [] }));
    expect(await backlog()).toEqual({ disabled: 1, oldest: null });
  });

  test('a holder whose lease has ended changes nothing, whether another has claimed since or not', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    await madeWebhook(store, id);
    const [first = never()] = await claim(store, { lease: 0 });
    expect(await store.cursors.advance(first, { ...first, position: 2 })).toBe(false);
    const [second = never()] = await claim(store);
    expect(await store.cursors.advance(first, { ...first, position: 2 })).toBe(false);
    expect(await store.cursors.release(first, { ...first, position: 2 })).toBe(false);
    expect(await store.cursors.state('webhook', id, first.id)).toMatchObject({ position: 1 });
    expect(await store.cursors.advance(second, { ...second, position: 2 })).toBe(true);
    expect(await store.cursors.state('webhook', id, first.id)).toMatchObject({ position: 2 });
  });

  test('a cursor that was advanced goes on from there after a restart', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const { id: webhook } = await madeWebhook(underTest.store, id);
    const [held = never()] = await claim(underTest.store);
    const state = {
      position: 2,
      failures: 3,
      due: '2026-01-31T12:05:00Z',
      slow: null,
      wake: '2026-01-31T13:00:00Z',
      memo: { of: ['ü', null] },
    };
    await underTest.store.cursors.release(held, state);
    const store = await underTest.reopen();
    expect(await store.cursors.state('webhook', id, webhook)).toEqual(state);
    await createDomain(store, id, 'a.example');
    expect(await claim(store)).toEqual([]);
    expect(await claim(store, { now: '2026-01-31T12:05:00Z' })).toMatchObject([state]);
  });

  test('a cursor is claimed while its account has news, is not suspended, and its webhook is enabled', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const webhook = await madeWebhook(store, id);
    const [held = never()] = await claim(store);
    await store.cursors.release(held, { ...held, position: 2, slow: false });
    expect(await claimFast(store)).toEqual([]);
    await createDomain(store, id, 'a.example');
    expect(await claim(store)).toEqual([]);
    await suspend(store, id, true);
    expect(await claimFast(store)).toEqual([]);
    await suspend(store, id, false);
    await enable(store, webhook, false);
    expect(await claimFast(store)).toEqual([]);
    await enable(store, webhook, true);
    expect(await claimFast(store)).toMatchObject([{ position: 2 }]);
  });

  test('what was planned by a clock that was ahead is due once the clock is right', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const { after } = await madeWebhook(store, id);
    const [held = never()] = await claim(store);
    const [due, wake] = ['2027-01-31T12:00:00Z', '2027-02-28T12:00:00Z'];
    await store.cursors.release(held, { ...held, failures: 1, due });
    expect(await claim(store, { latest: due })).toEqual([]);
    const [again = never()] = await claim(store, { latest: '2027-01-31T11:59:59Z' });
    expect(again).toMatchObject({ position: after, due });
    await store.cursors.release(again, { ...again, position: after + 1, due: null, wake });
    expect(await claim(store, { latest: wake })).toEqual([]);
    expect(await claim(store, { latest: due })).toMatchObject([{ wake }]);
  });

  test('enabling a webhook takes its cursor from the holder, forgets failures, and may skip what happened', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const webhook = await madeWebhook(store, id);
    const [held = never()] = await claim(store);
    await store.cursors.advance(held, { ...held, failures: 9, due: '2027-01-31T12:00:00Z' });
    await enable(store, webhook, false);
    await createDomain(store, id, 'a.example');
    await enable(store, webhook, true, 4);
    expect(await store.cursors.release(held, held)).toBe(false);
    const [again = never()] = await claim(store);
    expect(again).toMatchObject({ position: 4, failures: 0, due: null });
    await store.cursors.release(again, { ...again, failures: 1, due: '2027-01-31T12:00:00Z' });
    await enable(store, webhook, true, 5);
    await createDomain(store, id, 'b.example');
    expect(await claim(store)).toMatchObject([{ position: 5, failures: 0, due: null }]);
  });

  test('accounts take turns: of one with many webhooks, the second is claimed after the first of all others', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const many = await store.accounts.create(newAccount(), event('account.created'));
    for (let at = 0; at < 5; at++) await madeWebhook(store, many.id);
    const few = [await createAccount(store), await createAccount(store)];
    for (const { id } of few) await madeWebhook(store, id);
    const accounts = async (limit: number) =>
      (await claim(store, { limit })).map((cursor) => cursor.account).sort((a, b) => a - b);
    expect(await claim(store, { perAccount: 0 })).toEqual([]);
    expect(await accounts(3)).toEqual([many.id, ...few.map(({ id }) => id)]);
    expect(await claim(store, { perAccount: 1 })).toEqual([]);
    expect(await accounts(100)).toEqual([many.id, many.id, many.id, many.id]);
  });

  test('the cursor of a webhook goes with it', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const { id: webhook } = await madeWebhook(store, id);
    const [held = never()] = await claim(store);
    await store.webhooks.delete(id, webhook, () => event('webhook.deleted'));
    await store.cursors.release(held, held);
    expect(await claim(store)).toEqual([]);
  });
}

function claim(
  store: Store,
  options: Partial<Parameters<Store['cursors']['claim']>[1]> = {},
): Promise<readonly Cursor[]> {
  return store.cursors.claim('webhook', { ...ALL_NEW, ...options });
}

function claimFast(store: Store): Promise<readonly Cursor[]> {
  return claim(store, { slow: false });
}

function suspend(store: Store, account: number, suspended: boolean) {
  return store.accounts.update(account, (row) => ({ row: { ...row, suspended }, events: [] }));
}

function enable(store: Store, { account_id, id }: WebhookRow, enabled: boolean, after?: number) {
  return store.webhooks.update(account_id, id, (row) => ({
    row: { ...row, enabled, after: after ?? row.after },
    events: [event(enabled ? 'webhook.updated' : 'webhook.disabled')],
  }));
}

function never(): never {
  throw new Error('Nothing was claimed.');
}
