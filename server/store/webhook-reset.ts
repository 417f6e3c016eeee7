import type { WebhookRow } from './interface/webhooks.ts';

/** Whether a change lets the webhook's cursor go on at once: it was enabled, or is to begin somewhere else. */
export function isCursorReset(before: WebhookRow, row: WebhookRow): boolean {
  return row.enabled && (!before.enabled || row.url !== before.url || row.after !== before.after);
}
