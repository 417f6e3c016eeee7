import type { DisabledReason, Webhook, WebhookInput } from '@letterhead/shared';

/** What a webhook can be told of, for a person; at the API, any events can be chosen. */
export const EVENT_CHOICES: readonly { readonly words: string; readonly events: WebhookInput['events'] }[] = [
  { words: 'Everything', events: null },
  {
    words: 'Results of checks',
    events: ['domain.verified', 'domain.degraded', 'domain.unreachable', 'domain.recovered', 'domain.lost'],
  },
  {
    words: 'Problems with domains',
    events: ['domain.degraded', 'domain.unreachable', 'domain.lost', 'key.mismatch'],
  },
];

const DISABLED: Readonly<Record<DisabledReason, string>> = {
  gone: 'Disabled: it answered 410 Gone',
  failed: 'Disabled: every attempt failed, for more than three days',
  requested: 'Disabled',
};

export function describeState({ disabled_reason: reason }: Webhook): string {
  return reason === null ? 'Enabled' : DISABLED[reason];
}

export function describeEvents({ events }: Webhook): string {
  const choice = EVENT_CHOICES.find((one) => String(one.events?.toSorted()) === String(events?.toSorted()));
  return choice?.words ?? events?.join(', ') ?? '';
}
