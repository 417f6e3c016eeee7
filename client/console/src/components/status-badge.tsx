import type { Severity, Status } from '@letterhead/shared';
import { CircleCheck, CircleX, Clock, Info, TriangleAlert } from 'lucide-preact';

/** A state in words, with an icon and a colour: none of the three alone. */
export function StatusBadge({ status }: { status: Status }) {
  const { tone, word, Icon } = STATUSES[status];
  return (
    <span class="badge" data-tone={tone} data-status={status}>
      <Icon aria-hidden="true" />
      {word}
    </span>
  );
}

/** In the place of *Waiting* where waiting won't do: a record is wrong. */
export function AttentionBadge() {
  return (
    <span class="badge" data-tone="error" data-status="attention">
      <TriangleAlert aria-hidden="true" />
      {NEEDS_ATTENTION}
    </span>
  );
}

export const NEEDS_ATTENTION = 'Needs attention';

/** What each state is called, and what it means, for a person. */
export const STATUSES = {
  verified: { tone: 'ok', word: 'Verified', Icon: CircleCheck, meaning: 'Mail can be sent from it.' },
  pending: { tone: 'info', word: 'Waiting', Icon: Clock, meaning: 'Its records are not in the DNS yet.' },
  degraded: {
    tone: 'warning',
    word: 'At risk',
    Icon: TriangleAlert,
    meaning:
      'The domain still counts as verified, but the last check found its record wrong, or its DNS has not answered for 24 hours.',
  },
  failed: {
    tone: 'error',
    word: 'Failed',
    Icon: CircleX,
    meaning: 'Its record is gone or was never found. Mail can’t be sent from it.',
  },
} as const satisfies Record<Status, object>;

/** In the order in which they are offered. */
export const STATUS_NAMES: readonly Status[] = ['verified', 'pending', 'degraded', 'failed'];

const SEVERITY_ICONS = { ok: CircleCheck, info: Info, warning: TriangleAlert, error: CircleX };

export function SeverityIcon({ severity }: { severity: Severity }) {
  const Icon = SEVERITY_ICONS[severity];
  return <Icon class="severity" data-tone={severity} aria-hidden="true" />;
}
