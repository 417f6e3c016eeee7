import { WEBHOOK_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { DeliveryRow, NewDelivery, WebhookCreation, WebhookRow, WebhookStore } from '../store.ts';
import type { Commits } from './commits.ts';
import type { Cursors } from './cursors.ts';
import type { Database } from './database.ts';
import { columns, sql } from './sql.ts';

interface WebhookRecord {
  readonly version: number;
  readonly content: WebhookRow;
}

interface FoundWebhook extends WebhookRecord {
  readonly last_event: number;
}

export class Webhooks implements WebhookStore {
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #cursors: Cursors;

  constructor(database: Database, commits: Commits, cursors: Cursors) {
    this.#database = database;
    this.#commits = commits;
    this.#cursors = cursors;
  }

  async list(account: number): Promise<readonly WebhookRow[]> {
    const records = await this.#commits.read<WebhookRecord>(sql('list_webhooks', account));
    return records.map(({ content }) => freeze(content));
  }

  async get(account: number, id: number): Promise<WebhookRow | undefined> {
    return (await this.#commits.serve(() => this.#find(account, id)))?.content;
  }

  create({ account, limit, build, event }: Parameters<WebhookStore['create']>[0]): Promise<WebhookCreation> {
    return this.#commits.change<WebhookCreation>(account, async () => {
      const query = sql('count_webhooks', account);
      const [found] = await this.#database.read<{ last_event: number; webhooks: number }>(query);
      if (found === undefined) return { kind: 'gone' };
      if (found.webhooks >= limit) return { kind: 'full', limit };
      const { last_event: last } = found;
      const row = freeze(build(last + 1, last));
      const values = [row.id, JSON.stringify(row), last, row.after];
      const isCreated = await this.#commits.commit('create_webhook', account, [event(row)], values);
      if (!isCreated) return null;
      this.#cursors.webhookCreated();
      return { kind: 'written', row };
    });
  }

  update(...[account, id, change]: Parameters<WebhookStore['update']>): Promise<WebhookRow | undefined> {
    return this.#commits.change<WebhookRow | undefined>(account, async () => {
      const found = await this.#find(account, id);
      const before = found?.content;
      const changed = found && change(found.content, found.last_event);
      if (!changed || before === undefined) return before;
      const { row, events } = changed;
      const isReset = row.enabled && (!before.enabled || row.url !== before.url);
      const values = [id, found.version, JSON.stringify(row), row.after, isReset];
      const isWritten = await this.#commits.commit('update_webhook', account, events, values);
      return isWritten ? freeze(row) : null;
    });
  }

  delete(...[account, id, event]: Parameters<WebhookStore['delete']>): Promise<boolean> {
    return this.#commits.change(account, async () => {
      const found = await this.#find(account, id);
      if (found === undefined) return false;
      const values = [id, found.version];
      const isDeleted = await this.#commits.commit('delete_webhook', account, [event(found.content)], values);
      return isDeleted || null;
    });
  }

  addDeliveries(deliveries: readonly NewDelivery[]): Promise<void> {
    const rows = deliveries.map(({ row, ...of }) => ({ ...of, content: JSON.stringify(row) }));
    return this.#commits.serve(async () => {
      await this.#database.read(sql('add_deliveries', ...columns(rows, 'account', 'webhook', 'content')));
      const webhooks = columns(rows, 'account', 'webhook');
      await this.#database.read(sql('drop_deliveries', ...webhooks, WEBHOOK_LIMITS.deliveriesKept));
    });
  }

  async deliveries(account: number, id: number): Promise<readonly DeliveryRow[]> {
    const query = sql('list_deliveries', account, id, WEBHOOK_LIMITS.deliveriesKept);
    const rows = await this.#commits.read<{ id: number; content: Omit<DeliveryRow, 'id'> }>(query);
    return rows.map((row) => ({ id: row.id, ...row.content }));
  }

  /** Undefined: there is none. */
  async #find(account: number, id: number): Promise<FoundWebhook | undefined> {
    const [found] = await this.#database.read<FoundWebhook>(sql('get_webhook', account, id));
    return found && freeze(found);
  }
}
