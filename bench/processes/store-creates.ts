import type { NewEvent } from '../../server/store/interface/events.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import { childOptions, serveParent } from '../child.ts';
import { ownPlace, runClients } from '../clients.ts';
import { makeRow } from '../store/row-maker.ts';

/** Our store alone, called in its own process as lowdb is; durable, and with an event for each create. */
export interface StoreOptions {
  readonly dataDir: string;
}

const { dataDir } = childOptions<StoreOptions>();
const store = await openJsonStore({ dataDir, clock: () => new Date() });
const accounts = (await store.accounts.list()).slice(1);
const [pattern] = await store.domains.list(accounts[0]?.id ?? 0, { limit: 1 });
if (pattern === undefined) throw new Error('The store holds no domain.');
const NO_LIMIT = 1_000_000;

serveParent({
  url: null,
  handlers: {
    create: (order) =>
      runClients(order, async (client, turn) => {
        const account = accounts[ownPlace(client, turn, order.clients, accounts.length)]?.id ?? 0;
        const change = await store.domains.create({
          account,
          name: `created-${client}-${turn}.example.net`,
          limit: NO_LIMIT,
          prepare: async () => (id) => makeRow(pattern, account, id),
          events: (row): NewEvent[] => [
            {
              type: 'domain.created',
              domain: { id: row.id, name: row.domain },
              actor: { kind: 'cli', token_id: null, address: null },
              at: row.created_at,
              changes: {},
            },
          ],
        });
        if (change.kind !== 'written') throw new Error(`A create ended as ${change.kind}.`);
      }),
  },
  stop: () => store.close(),
});
