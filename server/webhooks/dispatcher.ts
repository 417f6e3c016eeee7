import { isDeepStrictEqual } from 'node:util';
import type { DisabledReason } from '@letterhead/shared';
import type { Logger } from 'pino';
import { MONITOR } from '../actors.ts';
import { CursorFollower } from '../events/cursor-follower.ts';
import { HeldCursor } from '../events/held-cursor.ts';
import type { Clock } from '../instant.ts';
import { instantFrom, toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import type { Cursor, CursorState } from '../store/interface/cursors.ts';
import type { EventPage, EventRow } from '../store/interface/events.ts';
import type { WebhookRow } from '../store/interface/webhooks.ts';
import { type DeliveryLog, type Sent, sentEvent, toDelivery } from './delivery-log.ts';
import { eventMessage, type PayloadDeps, truncatedMessage } from './payload.ts';
import { Recent } from './recent.ts';
import { type Attempt, isGone, type Message, type Sender, type Target, toTarget } from './sender.ts';
import { webhookEvent } from './webhook-event.ts';
import { signingSecrets } from './webhook-secret.ts';

export interface DispatcherDeps extends PayloadDeps {
  readonly cipher: KeyCipher;
  readonly sender: Sender;
  readonly deliveryLog: DeliveryLog;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An endpoint that is held, and how it is reached while a page of events is sent to it. */
interface Held {
  readonly cursor: HeldCursor;
  readonly webhook: WebhookRow;
  readonly target: Target;
  readonly slot: Slot;
}

/** A place among the deliveries at once. */
interface Slot {
  slow: boolean | null;
}

/** By `slow`, how many endpoints are sent to at once, and of one account. */
const LANES: readonly {
  readonly slow: boolean | null;
  readonly atOnce: number;
  readonly perAccount: number;
}[] = [
  { slow: false, atOnce: WEBHOOK_LIMITS.atOnce, perAccount: WEBHOOK_LIMITS.endpoints },
  { slow: true, atOnce: WEBHOOK_LIMITS.slowAtOnce, perAccount: WEBHOOK_LIMITS.endpoints },
  // Many new ones that turn out not to answer hold up their own account alone.
  { slow: null, atOnce: WEBHOOK_LIMITS.newAtOnce, perAccount: WEBHOOK_LIMITS.newPerAccount },
];

/** Sends events to endpoints: to each in their order, one at a time, and again until it has them. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #pages = new Recent<EventPage>(WEBHOOK_LIMITS.pagesShared);
  readonly #messages = new Recent<Message>(WEBHOOK_LIMITS.messagesShared);
  readonly #slots = new Set<Slot>();
  readonly #stopped = new AbortController();
  readonly #follower: CursorFollower;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    this.#follower = new CursorFollower({
      store: deps.store,
      clock: deps.clock,
      kind: 'webhook',
      limits: WEBHOOK_LIMITS,
      room: () =>
        LANES.map(({ slow, atOnce, perAccount }) => ({
          slow,
          limit: atOnce - this.#count(slow),
          perAccount,
        })),
      follow: (cursor) => this.#serve(cursor),
      cancel: () => this.#stopped.abort(),
    });
  }

  start(): Promise<void> {
    return this.#follower.start();
  }

  /** See `CursorFollower.close`. */
  close(): Promise<void> {
    return this.#follower.close();
  }

  #count(slow: boolean | null): number {
    let count = 0;
    for (const slot of this.#slots) if (slot.slow === slow) count++;
    return count;
  }

  async #serve(cursor: Cursor): Promise<void> {
    const slot: Slot = { slow: cursor.slow };
    this.#slots.add(slot);
    try {
      await this.#deliver(cursor, slot);
    } finally {
      this.#slots.delete(slot);
    }
  }

  async #deliver(cursor: Cursor, slot: Slot): Promise<void> {
    const held = new HeldCursor(this.#deps.store.cursors, cursor);
    const { account, id } = cursor;
    try {
      const began = performance.now();
      while (!this.#isTurnOver(began, slot) && (await this.#deliverPage(held, account, id, slot)));
    } catch (error) {
      if (!this.#stopped.signal.aborted) {
        this.#deps.log.warn({ account, webhook: id, err: error }, 'events could not be sent to a webhook');
        held.move({ due: this.#after(WEBHOOK_LIMITS.waits[0]) });
      }
    } finally {
      await held.release();
    }
  }

  /** An endpoint with much to deliver lets others have its slot. */
  #isTurnOver(began: number, { slow }: Slot): boolean {
    const isFull = LANES.some((lane) => lane.slow === slow && this.#count(slow) >= lane.atOnce);
    return this.#follower.isClosing || (isFull && performance.now() - began > WEBHOOK_LIMITS.turn);
  }

  /** Whether there may be more to deliver, in the same slot. */
  async #deliverPage(cursor: HeldCursor, account: number, id: number, slot: Slot): Promise<boolean> {
    const webhook = await this.#deps.store.webhooks.get(account, id);
    if (webhook === undefined || !webhook.enabled) return false;
    const { position } = cursor.state;
    const page = await this.#page(account, position);
    if (page.truncated && page.first !== null) {
      const last = page.first - 1;
      const message = truncatedMessage(account, position + 1, last, this.#deps.clock());
      const held = this.#hold(cursor, webhook, slot);
      return this.#attempt(held, message, last, { event: null, domain: null, type: 'events.truncated' });
    }
    const wanted = page.events.filter((event) => matches(webhook, event));
    if (wanted.length > 0 && !(await this.#deliverAll(this.#hold(cursor, webhook, slot), wanted)))
      return false;
    const last = page.events.at(-1)?.id ?? position;
    if (isFull(page)) cursor.move({ position: last });
    else cursor.pass(last);
    return isFull(page) || wanted.length > 0;
  }

  #hold(cursor: HeldCursor, webhook: WebhookRow, slot: Slot): Held {
    const { cipher, clock } = this.#deps;
    return { cursor, webhook, target: toTarget(webhook.url, signingSecrets(cipher, webhook, clock)), slot };
  }

  /** Whether the next one may follow in the same slot. */
  async #deliverAll(held: Held, events: readonly EventRow[]): Promise<boolean> {
    const account = held.webhook.account_id;
    for (const event of events) {
      const { id } = event;
      held.cursor.pass(id - 1);
      if (event !== events[0] && (await this.#isOutdated(held.webhook))) return false;
      const message = await this.#messages.get(`${account}/${id}`, () =>
        eventMessage(this.#deps, account, event),
      );
      if (!(await this.#attempt(held, message, id, sentEvent(event)))) return false;
    }
    return true;
  }

  /** Whether the endpoint was changed since it was read, or its account is suspended: what follows is claimed anew. */
  async #isOutdated(webhook: WebhookRow): Promise<boolean> {
    const { accounts, webhooks } = this.#deps.store;
    const [account, row] = await Promise.all([
      accounts.get(webhook.account_id),
      webhooks.get(webhook.account_id, webhook.id),
    ]);
    return account?.suspended !== false || !isDeepStrictEqual(row, webhook);
  }

  #page(account: number, after: number): Promise<EventPage> {
    return this.#pages.get(
      `${account}/${after}`,
      () => this.#deps.store.events.list(account, { after, limit: WEBHOOK_LIMITS.page }),
      // Of another one, there can be more in the next moment.
      isFull,
    );
  }

  /** `position` is where the cursor is moved to. Resolves to whether the next one may follow in the same slot. */
  async #attempt(
    { cursor, webhook, target, slot }: Held,
    message: Message,
    position: number,
    what: Sent,
  ): Promise<boolean> {
    if (this.#follower.isClosing || !(await cursor.mayAttempt())) return false;
    // An endpoint that turns out to be slow gives its slot to another one at once.
    const timer = setTimeout(() => this.#becomeSlow(slot), WEBHOOK_LIMITS.slowAfter);
    const attempt = await this.#deps.sender
      .send(target, message, this.#stopped.signal)
      .finally(() => clearTimeout(timer));
    const row = toDelivery(attempt, { ...what, trigger: 'event' });
    this.#deps.deliveryLog.note({ account: webhook.account_id, webhook: webhook.id, row });
    if (!attempt.delivered) {
      cursor.move(await this.#fail(cursor, webhook, attempt));
      return false;
    }
    const slow = attempt.duration > WEBHOOK_LIMITS.slowAfter;
    cursor.move({ position, failures: 0, due: null, slow });
    return slow === slot.slow;
  }

  #becomeSlow(slot: Slot): void {
    if (slot.slow === true) return;
    slot.slow = true;
    this.#follower.wakeSoon();
  }

  /** Plans the next attempt, or disables the endpoint. */
  async #fail(cursor: HeldCursor, webhook: WebhookRow, attempt: Attempt): Promise<Partial<CursorState>> {
    const { failures } = cursor.state;
    const wait = WEBHOOK_LIMITS.waits[failures];
    if (wait !== undefined && !isGone(attempt)) {
      const due = this.#after(Math.max(wait, attempt.retryAfter));
      return { failures: failures + 1, due, slow: true };
    }
    // While this server was frozen, another one may have delivered what this attempt could not.
    if (await cursor.renew()) await this.#disable(webhook, isGone(attempt) ? 'gone' : 'failed');
    return { failures: 0, due: null, slow: true };
  }

  async #disable({ account_id, id, url }: WebhookRow, reason: DisabledReason): Promise<void> {
    const at = toInstant(this.#deps.clock());
    await this.#deps.store.webhooks.update(account_id, id, (row) =>
      // Somebody may have given it another address meanwhile.
      row.enabled && row.url === url
        ? {
            row: { ...row, enabled: false, disabled_reason: reason, updated_at: at },
            events: [webhookEvent('webhook.disabled', row, { reason }, { actor: MONITOR, at })],
          }
        : null,
    );
  }

  #after(wait: number): string {
    return instantFrom(this.#deps.clock().getTime() + wait);
  }
}

function isFull({ events }: EventPage): boolean {
  return events.length === WEBHOOK_LIMITS.page;
}

function matches({ events, domains }: WebhookRow, event: EventRow): boolean {
  if (events !== null && !events.includes(event.type)) return false;
  return domains === null || (event.domain !== null && domains.includes(event.domain.id));
}
