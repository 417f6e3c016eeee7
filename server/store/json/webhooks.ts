import { WEBHOOK_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { Creation } from '../interface/events.ts';
import type { DeliveryRow, NewDelivery, WebhookRow, WebhookStore } from '../interface/webhooks.ts';
import { InTurn } from '../tasks.ts';
import { isCursorReset } from '../webhook-reset.ts';
import type { Cursors } from './cursors.ts';
import { DeliveryRowsSchema, WebhookRowSchema } from './formats/rows.ts';
import type { StoreParts } from './parts.ts';

/** The webhooks of all accounts, each account's in its own file; what was delivered, a file a webhook. */
export function webhooksIn({ tasks, files, deliveries }: StoreParts, cursors: Cursors): WebhookStore {
  /** Deliveries of an account's webhooks are noted one after the other. */
  const turns = new InTurn<number>();

  const listed = (account: number) => files.find(account)?.state.webhooks ?? [];

  const readDeliveries = async (account: number, id: number): Promise<readonly DeliveryRow[]> =>
    // What is damaged is lost, like the newest of them in a crash.
    DeliveryRowsSchema.safeParse(await deliveries.read(account, id)).data ?? [];

  const addToWebhook = async (account: number, id: number, added: readonly NewDelivery[]) => {
    const isThere = async () =>
      files.loadedAccount(account)?.state.webhooks.some((row) => row.id === id) === true;
    const kept = await readDeliveries(account, id);
    const rows = added.map(({ row }, at) => ({ id: (kept[0]?.id ?? 0) + 1 + at, ...row }));
    const newest = [...rows.reverse(), ...kept].slice(0, WEBHOOK_LIMITS.deliveriesKept);
    await deliveries.write(account, id, newest, isThere);
  };

  return {
    list: (account) => tasks.look(() => listed(account)),

    get: (account, id) => tasks.look(() => listed(account).find((row) => row.id === id)),

    create: ({ account, limit, build, event }) =>
      tasks.serve(async () => {
        const gone: Creation<WebhookRow> = { kind: 'gone' };
        const creation = await files.change<Creation<WebhookRow>>(
          account,
          gone,
          ({ webhooks }, nextEvent) => {
            if (webhooks.length >= limit) return { result: { kind: 'full', limit } };
            const row = stored(build(nextEvent, nextEvent - 1));
            return { result: { kind: 'written', row }, webhooks: [...webhooks, row], events: [event(row)] };
          },
        );
        if (creation.kind === 'written') cursors.addWebhook(account);
        return creation;
      }),

    update: (account, id, change) =>
      tasks.serve(async () => {
        let isReset = false;
        const row = await files.change<WebhookRow | undefined>(
          account,
          undefined,
          ({ webhooks }, nextEvent) => {
            const at = webhooks.findIndex((one) => one.id === id);
            const before = webhooks[at];
            const changed = before === undefined ? null : change(before, nextEvent - 1);
            if (before === undefined || changed === null) return { result: before };
            const row = stored(changed.row);
            isReset = isCursorReset(before, row);
            return { result: row, webhooks: webhooks.with(at, row), events: changed.events };
          },
        );
        if (row !== undefined && isReset) await cursors.reset(account, id, row.after);
        return row;
      }),

    delete: (account, id, event) =>
      tasks.serve(async () => {
        const isDeleted = await files.change(account, false, ({ webhooks }) => {
          const row = webhooks.find((one) => one.id === id);
          if (row === undefined) return { result: false };
          return { result: true, webhooks: webhooks.filter((one) => one !== row), events: [event(row)] };
        });
        if (isDeleted) await turns.run(account, () => deliveries.remove(account, id));
        return isDeleted;
      }),

    async addDeliveries(added) {
      const byAccount = Map.groupBy(added, ({ account }) => account);
      for (const [account, ofAccount] of byAccount)
        for (const [id, group] of Map.groupBy(ofAccount, ({ webhook }) => webhook))
          await tasks.serve(() => turns.run(account, () => addToWebhook(account, id, group)));
    },

    deliveries: (account, id) => tasks.serve(() => turns.run(account, () => readDeliveries(account, id))),
  };
}

/** What is written has been through the schema that reads it. */
function stored(row: WebhookRow): WebhookRow {
  return freeze(WebhookRowSchema.parse(row));
}
