import { describe } from 'vitest';
import type { Store } from '../../server/store/store.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import { accountsContract } from './accounts.ts';
import { checksContract } from './checks.ts';
import { cursorsContract } from './cursors.ts';
import { domainsContract } from './domains.ts';
import { eventsContract } from './events.ts';
import { keyZoneContract } from './key-zone.ts';
import { settingsContract } from './settings.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { tokensContract } from './tokens.ts';
import { webhooksContract } from './webhooks.ts';

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

describe('the store in files keeps the contract of a store:', () => {
  accountsContract(start);
  tokensContract(start);
  domainsContract(start);
  checksContract(start);
  eventsContract(start);
  keyZoneContract(start);
  settingsContract(start);
  webhooksContract(start);
  cursorsContract(start);
});
