import { WEBHOOK_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { NewEvent } from '../interface/events.ts';
import type {
  DeliveryRow,
  NewDelivery,
  WebhookCreation,
  WebhookRow,
  WebhookStore,
} from '../interface/webhooks.ts';
import { InTurn, type PendingTasks } from '../tasks.ts';
import type { AccountFiles } from './account-files.ts';
import type { Cursors } from './cursors.ts';
import type { Evidence } from './evidence.ts';
import { DeliveryRowsSchema, WebhookRowSchema } from './formats/rows.ts';

interface WebhooksDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly cursors: Cursors;
  readonly deliveries: Evidence;
}

/** The webhooks of all accounts, each account's in its own file; what was delivered, a file a webhook. */
export class Webhooks implements WebhookStore {
  readonly #deps: WebhooksDeps;
  /** Deliveries of an account's webhooks are noted one after the other. */
  readonly #turns = new InTurn<number>();

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
  }

  async list(account: number): Promise<readonly WebhookRow[]> {
    this.#deps.tasks.assertOpen();
    return this.#deps.files.find(account)?.webhooks ?? [];
  }

  async get(account: number, id: number): Promise<WebhookRow | undefined> {
    return (await this.list(account)).find((row) => row.id === id);
  }

  create(options: Parameters<WebhookStore['create']>[0]): Promise<WebhookCreation> {
    const { tasks, files, cursors } = this.#deps;
    const { account, limit, build, event } = options;
    return tasks.serve(async () => {
      const creation = await files.change<WebhookCreation>(account, { kind: 'gone' }, (holder) =>
        holder.change<WebhookCreation>((_domains, webhooks, nextEvent) => {
          if (webhooks.length >= limit) return { result: { kind: 'full', limit } };
          const row = stored(build(nextEvent, nextEvent - 1));
          return {
            result: { kind: 'written', row },
            webhooks: [...webhooks, row],
            events: [event(row)],
          };
        }),
      );
      if (creation.kind === 'written') cursors.addWebhook(account);
      return creation;
    });
  }

  update(...[account, id, change]: Parameters<WebhookStore['update']>): Promise<WebhookRow | undefined> {
    const { tasks, files, cursors } = this.#deps;
    return tasks.serve(async () => {
      let isReset = false;
      const row = await files.change<WebhookRow | undefined>(account, undefined, (holder) =>
        holder.change((_domains, webhooks, nextEvent) => {
          const at = webhooks.findIndex((one) => one.id === id);
          const before = webhooks[at];
          const changed = before === undefined ? null : change(before, nextEvent - 1);
          if (before === undefined || changed === null) return { result: before };
          const row = stored(changed.row);
          isReset = row.enabled && (!before.enabled || row.url !== before.url || row.after !== before.after);
          return { result: row, webhooks: webhooks.with(at, row), events: changed.events };
        }),
      );
      if (row !== undefined && isReset) await cursors.reset(account, id, row.after);
      return row;
    });
  }

  delete(account: number, id: number, event: (row: WebhookRow) => NewEvent): Promise<boolean> {
    const { tasks, files, deliveries } = this.#deps;
    return tasks.serve(async () => {
      const isDeleted = await files.change(account, false, (holder) =>
        holder.change((_domains, webhooks) => {
          const row = webhooks.find((one) => one.id === id);
          if (row === undefined) return { result: false };
          return { result: true, webhooks: webhooks.filter((one) => one !== row), events: [event(row)] };
        }),
      );
      if (isDeleted) await this.#turns.run(account, () => deliveries.remove(account, id));
      return isDeleted;
    });
  }

  async addDeliveries(added: readonly NewDelivery[]): Promise<void> {
    const byWebhook = Map.groupBy(added, ({ account, webhook }) => `${account}/${webhook}`);
    for (const group of byWebhook.values()) await this.#add(group);
  }

  deliveries(account: number, id: number): Promise<readonly DeliveryRow[]> {
    return this.#deps.tasks.serve(() => this.#turns.run(account, () => this.#read(account, id)));
  }

  #add(added: readonly NewDelivery[]): Promise<void> {
    const [{ account, webhook } = { account: 0, webhook: 0 }] = added;
    const { tasks, deliveries, files } = this.#deps;
    const isThere = async () =>
      files.loadedAccount(account)?.webhooks.some((row) => row.id === webhook) === true;
    return tasks.serve(() =>
      this.#turns.run(account, async () => {
        const kept = await this.#read(account, webhook);
        const rows = added.map(({ row }, at) => ({ id: (kept[0]?.id ?? 0) + 1 + at, ...row }));
        const newest = [...rows.reverse(), ...kept].slice(0, WEBHOOK_LIMITS.deliveriesKept);
        await deliveries.write(account, webhook, newest, isThere);
      }),
    );
  }

  async #read(account: number, id: number): Promise<readonly DeliveryRow[]> {
    // What is damaged is lost, like the newest of them in a crash.
    return DeliveryRowsSchema.safeParse(await this.#deps.deliveries.read(account, id)).data ?? [];
  }
}

/** What is written has been through the schema that reads it. */
function stored(row: WebhookRow): WebhookRow {
  return freeze(WebhookRowSchema.parse(row));
}
