import type { DisabledReason, Webhook } from '@letterhead/shared';

const DISABLED: Readonly<Record<DisabledReason, string>> = {
  gone: 'Disabled: it answered 410 Gone.',
  failed: 'Disabled: every attempt failed, for more than three days.',
  requested: 'Disabled.',
};

export function describeState({ disabled_reason: reason }: Webhook): string {
  return reason === null ? 'Enabled' : DISABLED[reason];
}

export function describeEvents({ events, domains }: Webhook): string {
  const which = events === null ? 'All events' : events.join(', ');
  if (domains === null) return which;
  return `${which}, of ${domains.length === 1 ? 'one domain' : `${domains.length} domains`}`;
}
