import type { Actor, EventType } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import type { JsonValue, NewEvent } from '../store/interface/events.ts';
import type { WebhookRow } from '../store/interface/webhooks.ts';

/** Of the URL, the host alone: more readers see events than webhooks, and the rest of it may be secret. */
export function webhookEvent(
  type: Extract<EventType, `webhook.${string}`>,
  { id, url }: WebhookRow,
  changes: Readonly<Record<string, JsonValue>>,
  { actor, at }: { readonly actor: Actor; readonly at: Instant },
): NewEvent {
  return { type, domain: null, actor, at, changes: { webhook_id: id, host: new URL(url).host, ...changes } };
}
