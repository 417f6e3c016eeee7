import type { Store } from '../../server/store/store.ts';

/** A store of its own for one test, over something that lasts. It may be in another process. */
export interface StoreUnderTest extends AsyncDisposable {
  /** The store that is open. */
  readonly store: Store;
  /** Closes the store, and opens another one over what it left behind. */
  reopen(): Promise<Store>;
}

export type StartStore = () => Promise<StoreUnderTest>;

export const ALL = { after: 0, limit: 1000 };

export async function eventTypes(store: Store, account: number): Promise<string[]> {
  return (await store.events.list(account, ALL)).events.map((row) => row.type);
}

/** Checks what is to hold in the store that is open, and again after a restart. */
export async function nowAndLater(
  underTest: StoreUnderTest,
  check: (store: Store) => Promise<void>,
): Promise<void> {
  await check(underTest.store);
  await check(await underTest.reopen());
}
