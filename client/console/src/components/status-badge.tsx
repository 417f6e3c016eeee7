import type { DomainStatus, Severity, Status } from '@letterhead/shared';
import { needsAttention } from '@letterhead/shared/rules';
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

/** The state of a domain. `severity` is that of its worst record. */
export function DomainBadge({ status, severity }: Pick<DomainStatus, 'status' | 'severity'>) {
  const isWrong = status === 'pending' && needsAttention({ status, severity });
  return isWrong ? <AttentionBadge /> : <StatusBadge status={status} />;
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

/** What each state is called for a person. */
export const STATUSES = {
  verified: { tone: 'ok', word: 'Verified', Icon: CircleCheck },
  pending: { tone: 'info', word: 'Waiting', Icon: Clock },
  degraded: { tone: 'warning', word: 'At risk', Icon: TriangleAlert },
  failed: { tone: 'error', word: 'Failed', Icon: CircleX },
} as const satisfies Record<Status, object>;

/** In the order in which they are offered. */
export const STATUS_NAMES: readonly Status[] = ['verified', 'pending', 'degraded', 'failed'];

const SEVERITY_ICONS = { ok: CircleCheck, info: Info, warning: TriangleAlert, error: CircleX };

export function SeverityIcon({ severity }: { severity: Severity }) {
  const Icon = SEVERITY_ICONS[severity];
  return <Icon class="severity" data-tone={severity} aria-hidden="true" />;
}
