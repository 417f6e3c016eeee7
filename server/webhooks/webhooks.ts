import { isDeepStrictEqual } from 'node:util';
import type { Delivery, NewWebhook, Webhook, WebhookChange, WebhookInput } from '@letterhead/shared';
import { invalidField, LetterheadError } from '@letterhead/shared';
import type { Identity } from '../auth/identity.ts';
import { FairSemaphore } from '../fair-semaphore.ts';
import type { Clock } from '../instant.ts';
import { instantAfter, toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import type { RandomSource } from '../random.ts';
import { randomLabel } from '../random.ts';
import { shuttingDown } from '../shutting-down.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { EventRow } from '../store/interface/events.ts';
import type { DeliveryRow, WebhookRow } from '../store/interface/webhooks.ts';
import { type DeliveryLog, type Sent, sentEvent, toDelivery } from './delivery-log.ts';
import { eventMessage, type PayloadDeps, testMessage } from './payload.ts';
import { type Message, type Sender, toTarget } from './sender.ts';
import { webhookEvent } from './webhook-event.ts';
import { encryptSecret, makeWebhookSecret, signingSecrets } from './webhook-secret.ts';
import { findUrlProblem } from './webhook-url.ts';

export interface WebhooksDeps extends PayloadDeps {
  readonly cipher: KeyCipher;
  readonly sender: Sender;
  readonly deliveryLog: DeliveryLog;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly allowPrivate: boolean;
}

/** An attempt that somebody asked for, as callers see it. */
export type RequestedDelivery = Omit<Delivery, 'id'>;

/** Endpoints that an account's events are sent to; the dispatcher sends them. */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #requested = new FairSemaphore<number>(WEBHOOK_LIMITS.requested);
  readonly #stopped = new AbortController();

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
  }

  async list(account: AccountRow): Promise<Webhook[]> {
    return (await this.#deps.store.webhooks.list(account.id)).map(toWebhook);
  }

  async get(account: AccountRow, id: number): Promise<Webhook> {
    return toWebhook(await this.#row(account, id));
  }

  /** Only this result contains the secret. Rejects with `invalid` and `quota_exceeded`. */
  async create(account: AccountRow, input: WebhookInput, { actor }: Identity): Promise<NewWebhook> {
    const { store, cipher, clock, random } = this.#deps;
    const url = this.#parseUrl(input.url);
    await this.#requireDomains(account, input.domains);
    const secret = makeWebhookSecret(random);
    const at = toInstant(clock());
    const creation = await store.webhooks.create({
      account: account.id,
      limit: WEBHOOK_LIMITS.endpoints,
      build: (id, last) => ({
        id,
        account_id: account.id,
        url,
        secret: encryptSecret(cipher, secret, account.id, id),
        previous: null,
        events: input.events,
        domains: input.domains,
        enabled: true,
        disabled_reason: null,
        after: last,
        created_at: at,
        updated_at: at,
      }),
      event: (row) => webhookEvent('webhook.created', row, {}, { actor, at }),
    });
    if (creation.kind === 'full') throw tooMany(creation.limit);
    if (creation.kind === 'gone')
      throw new LetterheadError('not_found', `There is no account ${account.id} any more.`);
    return { ...toWebhook(creation.row), secret };
  }

  /** A field that is not given stays as it is. Rejects with `invalid` and `not_found`. */
  async update(
    account: AccountRow,
    id: number,
    change: WebhookChange,
    { actor }: Identity,
  ): Promise<Webhook> {
    const { store, clock } = this.#deps;
    const url = change.url === undefined ? undefined : this.#parseUrl(change.url);
    // Those that it has already may have been deleted since.
    const { domains: named } = await this.#row(account, id);
    await this.#requireDomains(
      account,
      change.domains?.filter((one) => named?.includes(one) !== true),
    );
    const at = toInstant(clock());
    const row = await store.webhooks.update(account.id, id, (before, last) => {
      const after = change.skip_backlog === true ? last : before.after;
      const next = { ...before, ...changedFields(before, { ...change, url }), after };
      const fields = FIELDS.filter((name) => !isDeepStrictEqual(next[name], before[name]));
      if (fields.length === 0 && after === before.after) return null;
      const type = before.enabled && !next.enabled ? 'webhook.disabled' : 'webhook.updated';
      const told = type === 'webhook.disabled' ? { reason: next.disabled_reason } : { fields: [...fields] };
      const events = [webhookEvent(type, next, told, { actor, at })];
      return { row: { ...next, updated_at: at }, events };
    });
    return toWebhook(found(row, account, id));
  }

  /** Gives it another secret; the one before signs as well for a day. Only this result contains it. */
  async rotateSecret(account: AccountRow, id: number, { actor }: Identity): Promise<NewWebhook> {
    const { store, cipher, clock, random } = this.#deps;
    const secret = makeWebhookSecret(random);
    const now = clock();
    const at = toInstant(now);
    const until = instantAfter(now, WEBHOOK_LIMITS.previousSecret);
    const row = await store.webhooks.update(account.id, id, (before) => ({
      row: {
        ...before,
        secret: encryptSecret(cipher, secret, account.id, id),
        previous: { secret: before.secret, until },
        updated_at: at,
      },
      events: [webhookEvent('webhook.updated', before, { fields: ['secret'] }, { actor, at })],
    }));
    return { ...toWebhook(found(row, account, id)), secret };
  }

  async delete(account: AccountRow, id: number, { actor }: Identity): Promise<void> {
    const at = toInstant(this.#deps.clock());
    const isDeleted = await this.#deps.store.webhooks.delete(account.id, id, (row) =>
      webhookEvent('webhook.deleted', row, {}, { actor, at }),
    );
    if (!isDeleted) throw notFound(account, id);
  }

  /** Newest first. */
  async deliveries(account: AccountRow, id: number): Promise<Delivery[]> {
    await this.#row(account, id);
    return (await this.#deliveries(account, id)).map(toView);
  }

  /** Sends a `webhook.test` now, outside the order. */
  async test(account: AccountRow, id: number): Promise<RequestedDelivery> {
    const row = await this.#row(account, id);
    const message = testMessage(account.id, id, randomLabel(11, this.#deps.random), this.#deps.clock());
    return this.#send(account, row, message, {
      event: null,
      domain: null,
      type: 'webhook.test',
      trigger: 'test',
    });
  }

  /** Sends the event of a delivery again now, outside the order. */
  async sendAgain(account: AccountRow, id: number, delivery: number): Promise<RequestedDelivery> {
    const row = await this.#row(account, id);
    const before = (await this.#deliveries(account, id)).find((one) => one.id === delivery);
    if (before === undefined)
      throw new LetterheadError('not_found', `Webhook ${id} has no delivery ${delivery} that is kept.`);
    const event = await this.#event(account, before);
    const message = await eventMessage(this.#deps, account.id, event);
    return this.#send(account, row, message, { ...sentEvent(event), trigger: 'again' });
  }

  /** Ends what callers wait for. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#deps.deliveryLog.flush();
  }

  async #deliveries(account: AccountRow, id: number): Promise<readonly DeliveryRow[]> {
    const { store, deliveryLog } = this.#deps;
    await deliveryLog.flush();
    return store.webhooks.deliveries(account.id, id);
  }

  async #event(account: AccountRow, { event: id, type }: DeliveryRow): Promise<EventRow> {
    if (id === null)
      throw new LetterheadError('not_found', `${type} is about no event that could be sent again.`);
    const page = await this.#deps.store.events.list(account.id, { after: id - 1, limit: 1 });
    const [event] = page.events;
    if (event?.id !== id)
      throw new LetterheadError('not_found', `Event ${id} is no longer kept, so it can’t be sent again.`);
    return event;
  }

  async #send(
    account: AccountRow,
    row: WebhookRow,
    message: Message,
    what: Sent & Pick<DeliveryRow, 'trigger'>,
  ): Promise<RequestedDelivery> {
    const { cipher, sender, clock, deliveryLog } = this.#deps;
    if (!this.#requested.tryAcquire(account.id)) throw busy();
    try {
      const target = toTarget(row.url, signingSecrets(cipher, row, clock));
      const attempt = await sender.send(target, message, this.#stopped.signal).catch(() => {
        throw shuttingDown();
      });
      const delivery = toDelivery(attempt, what);
      deliveryLog.note({ account: account.id, webhook: row.id, row: delivery });
      return { ...delivery, at: attempt.began };
    } finally {
      this.#requested.release(account.id);
    }
  }

  async #row(account: AccountRow, id: number): Promise<WebhookRow> {
    return found(await this.#deps.store.webhooks.get(account.id, id), account, id);
  }

  /** Throws `invalid` for ids that are no domain's of the account: nothing would ever be sent of them. */
  async #requireDomains({ id: account }: AccountRow, ids: readonly number[] | null = null): Promise<void> {
    const rows = await Promise.all((ids ?? []).map((id) => this.#deps.store.domains.get(account, id)));
    const unknown = ids?.filter((_id, at) => rows[at] === undefined) ?? [];
    if (unknown.length === 0) return;
    const which = unknown.length === 1 ? 'domain' : 'domains';
    throw invalidField(
      'domains',
      `Account ${account} has no ${which} ${unknown.join(', ')}: give ids of its domains.`,
    );
  }

  #parseUrl(text: string): string {
    const problem = findUrlProblem(text, this.#deps.allowPrivate);
    if (problem === null) return new URL(text).href;
    throw invalidField('url', problem);
  }
}

const FIELDS = ['url', 'events', 'domains', 'enabled'] as const;

function changedFields(
  before: WebhookRow,
  change: WebhookChange,
): Pick<WebhookRow, (typeof FIELDS)[number]> & Pick<WebhookRow, 'disabled_reason'> {
  const enabled = change.enabled ?? before.enabled;
  return {
    url: change.url ?? before.url,
    events: change.events === undefined ? before.events : change.events,
    domains: change.domains === undefined ? before.domains : change.domains,
    enabled,
    disabled_reason: enabled ? null : (before.disabled_reason ?? 'requested'),
  };
}

function found(row: WebhookRow | undefined, account: AccountRow, id: number): WebhookRow {
  if (row === undefined) throw notFound(account, id);
  return row;
}

function notFound(account: AccountRow, id: number): LetterheadError {
  return new LetterheadError('not_found', `Account ${account.id} has no webhook ${id}.`);
}

function tooMany(limit: number): LetterheadError {
  return new LetterheadError(
    'quota_exceeded',
    `This account has ${limit} webhooks, which is all that it can have. Delete one that nobody uses.`,
  );
}

function busy(): LetterheadError {
  const most = WEBHOOK_LIMITS.requested.perOwner;
  const message = `An account can wait for ${most} deliveries at once: try again when one has ended.`;
  return new LetterheadError('rate_limited', message, { retryAfter: 1 });
}

function toWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    account_id: row.account_id,
    url: row.url,
    events: row.events && [...row.events],
    domains: row.domains && [...row.domains],
    enabled: row.enabled,
    disabled_reason: row.disabled_reason,
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
  };
}

function toView(row: DeliveryRow): Delivery {
  return { ...row, at: new Date(row.at) };
}
