import { describe } from 'vitest';
import type { Store } from '../../server/store/store.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import { storeContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-under-test.ts';

async function start(): Promise<StoreUnderTest> {
  const folder = await makeJsonFolder();
  let store: Store = await folder.open();
  return {
    get store() {
      return store;
    },
    async reopen() {
      store = await folder.open();
      return store;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('the store in files keeps the contract of a store:', () => storeContract(start));
