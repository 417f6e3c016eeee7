import type { LetterheadError } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { createAccount, createDomain } from '../store/rows.ts';
import { nowAndLater, type StartStore } from './store-under-test.ts';

/** What every store promises about its settings, its readiness and its end. */
export function settingsContract(start: StartStore): void {
  test('a setting is null until it is set, once, and there after a restart', async () => {
    await using underTest = await start();
    expect(await underTest.store.settings.get('secret_key_check')).toBeNull();
    const set = (value: string) => underTest.store.settings.setOnce('secret_key_check', value);
    const [kept = '', ...others] = await Promise.all([set('first'), set('second'), set('third')]);
    expect(others).toEqual([kept, kept]);
    expect(await set('late')).toBe(kept);
    await nowAndLater(underTest, async ({ settings }) => {
      expect(await settings.get('secret_key_check')).toBe(kept);
    });
  });

  test('a store is ready until its end, and then unavailable', async () => {
    await using underTest = await start();
    const { store } = underTest;
    await store.ready();
    await store.close();
    await store.close();
    const unavailable: Partial<LetterheadError> = { code: 'unavailable' };
    await expect(store.ready()).rejects.toMatchObject(unavailable);
    await expect(createAccount(store)).rejects.toMatchObject(unavailable);
    await expect(store.domains.get(1, 1)).rejects.toMatchObject(unavailable);
    await expect(store.tokens.findByHash('hash')).rejects.toMatchObject(unavailable);
    await expect(store.checks.countDue('2026-01-31T12:00:00Z')).rejects.toMatchObject(unavailable);
    await expect(store.events.watch(1, () => {})).rejects.toMatchObject(unavailable);
    await expect(store.settings.get('secret_key_check')).rejects.toMatchObject(unavailable);
  });

  test('a store finishes what is under way before it ends', async () => {
    await using underTest = await start();
    const { id } = await createAccount(underTest.store);
    const created = createDomain(underTest.store, id, 'a.example');
    const store = await underTest.reopen();
    expect((await created).kind).toBe('written');
    expect(await store.domains.list(id, {})).toHaveLength(1);
  });
}
