import { WEBHOOK_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { Creation } from '../interface/events.ts';
import type { DeliveryRow, WebhookRow, WebhookStore } from '../interface/webhooks.ts';
import { isCursorReset } from '../webhook-reset.ts';
import type { Commits } from './commits.ts';
import type { Cursors } from './cursors.ts';
import type { Database } from './database.ts';
import { sql, sqlForRows } from './sql.ts';

interface WebhookRecord {
  readonly version: number;
  readonly content: WebhookRow;
  /** Of its account. */
  readonly last_event: number;
}

export function webhooksIn(database: Database, commits: Commits, cursors: Cursors): WebhookStore {
  const find = async (account: number, id: number) => {
    const [found] = await database.read<WebhookRecord>(sql('get_webhook', { account, id }));
    return found && freeze(found);
  };
  return {
    async list(account) {
      const records = await commits.read<WebhookRecord>(sql('list_webhooks', { account }));
      return records.map(({ content }) => freeze(content));
    },

    async get(account, id) {
      return (await commits.serve(() => find(account, id)))?.content;
    },

    create: ({ account, limit, build, event }) =>
      commits.change<Creation<WebhookRow>>(account, async () => {
        const query = sql('count_webhooks', { account });
        const [found] = await database.read<{ last_event: number; webhooks: number }>(query);
        if (found === undefined) return { kind: 'gone' };
        if (found.webhooks >= limit) return { kind: 'full', limit };
        const { last_event: last } = found;
        const row = freeze(build(last + 1, last));
        const values = { id: row.id, content: JSON.stringify(row), last, after: row.after };
        const isCreated = await commits.commit('create_webhook', account, [event(row)], values);
        if (!isCreated) return null;
        cursors.webhookCreated();
        return { kind: 'written', row };
      }),

    update: (account, id, change) =>
      commits.change<WebhookRow | undefined>(account, async () => {
        const found = await find(account, id);
        const before = found?.content;
        const changed = found && change(found.content, found.last_event);
        if (!changed || before === undefined) return before;
        const { row, events } = changed;
        const resets = isCursorReset(before, row);
        const values = { id, version: found.version, content: JSON.stringify(row), after: row.after, resets };
        return (await commits.commit('update_webhook', account, events, values)) ? freeze(row) : null;
      }),

    delete: (account, id, event) =>
      commits.change(account, async () => {
        const found = await find(account, id);
        if (found === undefined) return false;
        const { version, content } = found;
        return commits.commit('delete_webhook', account, [event(content)], { id, version });
      }),

    addDeliveries: (deliveries) =>
      commits.serve(async () => {
        const rows = deliveries.map(({ row, ...of }) => ({ ...of, content: JSON.stringify(row) }));
        await database.read(sqlForRows('add_deliveries', rows));
        await database.read(sqlForRows('drop_deliveries', rows, { kept: WEBHOOK_LIMITS.deliveriesKept }));
      }),

    async deliveries(account, id) {
      const query = sql('list_deliveries', { account, id, limit: WEBHOOK_LIMITS.deliveriesKept });
      const rows = await commits.read<{ id: number; content: Omit<DeliveryRow, 'id'> }>(query);
      return rows.map((row) => ({ id: row.id, ...row.content }));
    },
  };
}
