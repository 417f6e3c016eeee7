import { openJsonStore } from '../../server/store/json/json-store.ts';
import { createAccount, madeDomain } from './rows.ts';

/** A process of its own that opens the store in the folder it is given, makes a domain, and waits for its end. */
const store = await openJsonStore({
  dataDir: process.argv[2] ?? '',
  clock: () => new Date('2026-01-31T12:00:00Z'),
});
if ((await store.accounts.list()).length === 0) await createAccount(store);
const { id } = await madeDomain(store, 1, `${process.pid}.example`);
process.stdout.write(`${id}\n`);
process.stdin.resume();
