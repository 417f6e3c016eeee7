import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresStore, type PostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { silentObserver } from '../postgres/silent-observer.ts';
import { createDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { storeContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-under-test.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

function open(): Promise<PostgresStore> {
  return openPostgresStore({
    urls: [database.url],
    connections: 5,
    log: silentLog,
    observer: silentObserver,
  });
}

/** All tests of the file share a database, which is emptied after each. */
async function start(): Promise<StoreUnderTest> {
  let store = await open();
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      // TRUNCATE would make new files for every table and index.
      await database.query(
        'DELETE FROM accounts; DELETE FROM settings; DELETE FROM writes; DELETE FROM retired_labels; DELETE FROM leases',
      );
    },
  };
}

describe('the store over PostgreSQL keeps the contract of a store:', () => storeContract(start));
