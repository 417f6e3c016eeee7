import { ownPlace, runClients } from '../clients.ts';
import { HttpClient } from '../http-client.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { CreateLoad, CreateRun } from '../messages.ts';
import { startJsonServer } from '../processes/json-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import type { FolderSize } from './grow-folder.ts';
import { copyDatabase, copyGrownFolder, FIRST_FILLED_ACCOUNT } from './grown-folders.ts';
import { makeRow } from './row-maker.ts';

/** Something that creates domains in a store of a size, each run in a fresh copy of it. */
export interface CreateCandidate {
  readonly name: string;
  run(size: FolderSize, order: CreateLoad): Promise<CreateRun>;
}

const ourStore: CreateCandidate = {
  name: 'Letterhead’s store, in its process',
  async run(size, order) {
    await using folder = await makeTemporaryFolder();
    await copyGrownFolder(size, folder);
    await using store = await startProcess({
      script: 'processes/store-creates.ts',
      options: { dataDir: dataFolderIn(folder) },
    });
    return await store.call('create', order);
  },
};

const ourApi: CreateCandidate = {
  name: 'Letterhead, over REST',
  async run(size, order) {
    await using folder = await makeTemporaryFolder();
    await copyGrownFolder(size, folder);
    await using letterhead = await startLetterhead(dataFolderIn(folder));
    using client = new HttpClient(letterhead.url, TOKEN);
    return await runClients(order, (place, turn) => {
      const account = FIRST_FILLED_ACCOUNT + ownPlace(place, turn, order.clients, size.accounts);
      return client.post(`/api/v1/accounts/${account}/domains`, {
        domain: `created-${place}-${turn}.example.net`,
      });
    });
  },
};

const lowdb: CreateCandidate = {
  name: 'lowdb’s JSONFile, in its process',
  async run(size, order) {
    await using folder = await makeTemporaryFolder();
    const file = await copyDatabase(size, folder);
    await using store = await startProcess({ script: 'processes/lowdb-creates.ts', options: { file } });
    return await store.call('create', order);
  },
};

const jsonServer: CreateCandidate = {
  name: 'json-server, over HTTP',
  async run(size, order) {
    await using folder = await makeTemporaryFolder();
    const file = await copyDatabase(size, folder);
    const { url, program } = await startJsonServer(file);
    await using _program = program;
    using client = new HttpClient(url, null);
    const pattern = JSON.parse(await client.get('/domains/1'));
    return await runClients(order, (place) => {
      const { id: _, ...row } = makeRow(pattern, FIRST_FILLED_ACCOUNT + (place % size.accounts), 0);
      return client.post('/domains', row);
    });
  },
};

export const createCandidates = { ourStore, ourApi, lowdb, jsonServer };
