import { makeJsonFolder } from '../store/json-folder.ts';
import { storeContract } from './store-contract.ts';

storeContract('the store in files', async () => {
  const folder = await makeJsonFolder();
  return {
    store: await folder.open(),
    reopen: () => folder.open(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
