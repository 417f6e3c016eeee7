import { expect, test } from 'vitest';
import type { NewDelivery, WebhookRow } from '../../server/store/interface/webhooks.ts';
import type { Store } from '../../server/store/store.ts';
import { createAccount, createWebhook, deliveryRow, event } from '../store/rows.ts';
import { eventTypes, nowAndLater, type StartStore } from './store-under-test.ts';

/** What every store promises about webhooks and their deliveries. */
export function webhooksContract(start: StartStore): void {
  test('a webhook is there with its event, and begins after what has happened before', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const row = await madeWebhook(underTest.store, id);
    expect(row).toMatchObject({ id: 2, account_id: id, after: 1 });
    await nowAndLater(underTest, async (store) => {
      expect(await store.webhooks.list(id)).toEqual([row]);
      expect(await store.webhooks.get(id, row.id)).toEqual(row);
      expect(await store.webhooks.get(id, 99_999)).toBeUndefined();
      expect(await store.webhooks.list(99_999)).toEqual([]);
      expect(await eventTypes(store, id)).toEqual(['account.created', 'webhook.created']);
    });
  });

  test('an account has at most as many webhooks as it may, however many are created at once', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const creations = await Promise.all(Array.from({ length: 5 }, () => createWebhook(store, id, 3)));
    expect(creations.map(({ kind }) => kind).sort()).toEqual([
      'full',
      'full',
      'written',
      'written',
      'written',
    ]);
    expect(await store.webhooks.list(id)).toHaveLength(3);
    expect(await createWebhook(store, 99_999)).toEqual({ kind: 'gone' });
  });

  test('the id of a webhook is not given again after it was deleted', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const first = await madeWebhook(underTest.store, id);
    const remove = (store: Store) =>
      store.webhooks.delete(id, first.id, () => event('webhook.deleted', { webhook_id: first.id }));
    expect(await remove(underTest.store)).toBe(true);
    expect(await remove(underTest.store)).toBe(false);
    const second = await madeWebhook(await underTest.reopen(), id);
    expect(second.id).toBeGreaterThan(first.id);
    expect((await underTest.store.webhooks.list(id)).map((row) => row.id)).toEqual([second.id]);
  });

  test('a change of a webhook is durable with its events, and one that changes nothing tells nothing', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const { id: webhook } = await madeWebhook(store, id);
    const disable = (row: WebhookRow) =>
      row.enabled
        ? { row: { ...row, enabled: false }, events: [event('webhook.disabled', { webhook_id: row.id })] }
        : null;
    expect(await store.webhooks.update(id, webhook, disable)).toMatchObject({ enabled: false });
    expect(await store.webhooks.update(id, webhook, disable)).toMatchObject({ enabled: false });
    expect(await store.webhooks.update(id, 99_999, disable)).toBeUndefined();
    await nowAndLater(underTest, async (later) => {
      expect(await later.webhooks.get(id, webhook)).toMatchObject({ enabled: false });
      expect((await eventTypes(later, id)).slice(2)).toEqual(['webhook.disabled']);
    });
  });

  test('the last 100 deliveries of a webhook are kept, newest first, and go with it', async () => {
    await using underTest = await start();
    const { store } = underTest;
    const { id } = await createAccount(store);
    const { id: webhook } = await madeWebhook(store, id);
    const delivery = (at: number): NewDelivery => ({ account: id, webhook, row: deliveryRow(at) });
    await store.webhooks.addDeliveries(Array.from({ length: 90 }, (_, at) => delivery(at)));
    await store.webhooks.addDeliveries([
      ...Array.from({ length: 30 }, (_, at) => delivery(90 + at)),
      { ...delivery(1), webhook: 99_999 },
    ]);
    await nowAndLater(underTest, async ({ webhooks }) => {
      const rows = await webhooks.deliveries(id, webhook);
      expect(rows.map((row) => row.event)).toEqual(Array.from({ length: 100 }, (_, at) => 119 - at));
      expect(rows[0]?.id).toBeGreaterThan(rows[1]?.id ?? 0);
      expect(rows[0]).toMatchObject(delivery(119).row);
      expect(await webhooks.deliveries(id, 99_999)).toEqual([]);
    });
    await underTest.store.webhooks.delete(id, webhook, () => event('webhook.deleted'));
    expect(await underTest.store.webhooks.deliveries(id, webhook)).toEqual([]);
  });
}

export async function madeWebhook(store: Store, account: number): Promise<WebhookRow> {
  const creation = await createWebhook(store, account);
  if (creation.kind !== 'written') throw new Error(`The webhook was not created: ${creation.kind}.`);
  return creation.row;
}
