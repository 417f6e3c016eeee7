import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { createAccount, domainEvent, domainRow, event } from '../store/rows.ts';
import { delegatedFields } from '../verification/sending-domain.ts';
import { nowAndLater, type StartStore, type StoreUnderTest } from './store-under-test.ts';

const NAMES = { zone: 'keys.example', label: 'label', selectors: ['one', 'two'] } as const;

/** What every store promises about the key zone. */
export function keyZoneContract(start: StartStore): void {
  test('a label is retired with its keys by whatever takes its domain away, and outlives its account', async () => {
    await using underTest = await start();
    const { account, rows } = await createDelegated(underTest, ['deleted', 'renamed', 'kept', 'orphaned']);
    const [deleted, renamed, kept, orphaned] = rows;
    if (!deleted || !renamed || !kept || !orphaned) throw new Error('four domains');
    const { store } = underTest;
    await store.domains.delete(account, deleted.id, (row) => [domainEvent('domain.deleted', row)]);
    const fresh = { ...NAMES, label: 'fresh' };
    await store.domains.update(account, renamed.id, (row) => ({
      row: { ...row, ...delegatedFields(fresh) },
      events: [domainEvent('domain.renamed', row)],
    }));
    await store.domains.update(account, kept.id, (row) => ({ row: { ...row, verified: true }, events: [] }));
    await nowAndLater(underTest, async ({ keyZone }) => {
      const retired = await keyZone.retired();
      expect(retired.map(({ label }) => label)).toEqual(['deleted', 'renamed']);
      const [key] = deleted.keys;
      expect(retired[0]).toEqual({
        ...NAMES,
        label: 'deleted',
        keys: [key?.public_key, null],
        retired_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
    });
    await underTest.store.accounts.delete(account, () => null);
    await nowAndLater(underTest, async ({ keyZone }) => {
      const labels = (await keyZone.retired()).map(({ label }) => label);
      expect(labels).toEqual(['deleted', 'fresh', 'kept', 'orphaned', 'renamed']);
    });
  });

  test('the zones are those that keys of domains are in', async () => {
    await using underTest = await start();
    const { account, rows } = await createDelegated(underTest, ['one']);
    await nowAndLater(underTest, async ({ keyZone }) =>
      expect(await keyZone.zones()).toEqual(['keys.example']),
    );
    const id = rows[0]?.id ?? 0;
    await underTest.store.domains.update(account, id, (row) => {
      const { keys, records, last_key_id } = domainRow(id, account, row.domain);
      return { row: { ...row, keys, records, last_key_id }, events: [] };
    });
    expect(await underTest.store.keyZone.zones()).toEqual([]);
  });

  test('one holder leads the key zone until its time is over', async () => {
    await using underTest = await start();
    const { keyZone } = underTest.store;
    const holder = randomUUID();
    expect(await keyZone.lead(holder, 60)).toBe(true);
    expect(await keyZone.lead(holder, 60)).toBe(true);
  });
}

async function createDelegated({ store }: StoreUnderTest, labels: readonly string[]) {
  const { id: account } = await createAccount(store);
  const rows: DomainRow[] = [];
  for (const label of labels) {
    const created = await store.domains.create({
      account,
      name: `${label}.example`,
      limit: 10,
      prepare: async () => (id) => ({
        ...domainRow(id, account, `${label}.example`),
        ...delegatedFields({ ...NAMES, label }),
      }),
      events: () => [event('domain.created')],
    });
    if (created.kind !== 'written') throw new Error(created.kind);
    rows.push(created.row);
  }
  return { account, rows };
}
