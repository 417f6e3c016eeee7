import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import type { AccountRow } from '../../server/store/interface/accounts.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { childOptions, serveParent } from '../child.ts';
import { runClients } from '../clients.ts';
import { makeRow } from '../store/row-maker.ts';

/** lowdb as its documentation shows it, called in its own process: all in one file, through its stock `JSONFile`. */
export interface LowdbOptions {
  readonly file: string;
}

interface Database {
  readonly accounts: AccountRow[];
  readonly domains: DomainRow[];
}

const { file } = childOptions<LowdbOptions>();
const database = new Low<Database>(new JSONFile(file), { accounts: [], domains: [] });
await database.read();
const [pattern] = database.data.domains;
if (pattern === undefined) throw new Error('The file holds no domain.');

serveParent({
  url: null,
  handlers: {
    create: (order) =>
      runClients(order, (client) =>
        database.update(({ accounts, domains }) => {
          const account = accounts[client % accounts.length]?.id ?? 1;
          domains.push(makeRow(pattern, account, (domains.at(-1)?.id ?? 0) + 1));
        }),
      ),
  },
  stop: async () => {},
});
