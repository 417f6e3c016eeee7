import { DIAGNOSES, type Severity } from '@letterhead/shared';
import { memo } from 'preact/compat';
import { navigate } from 'wouter-preact/use-browser-location';
import { DomainName } from '../components/domain-name.tsx';
import { AttentionBadge, StatusBadge } from '../components/status-badge.tsx';
import { exactTime, relativeTime } from '../components/time.tsx';
import { type DomainListItem, type StateFilter, shownState } from './list-items.ts';

/** Plain values, so that a row is rendered again only where it reads differently. Times in milliseconds since 1970. */
interface DomainRowProps {
  readonly href: string;
  readonly name: string;
  readonly state: StateFilter;
  readonly reason: string | null;
  readonly severity: Severity;
  readonly checkedAt: number | null;
  readonly checked: string;
  readonly nextCheckAt: number | null;
  readonly nextCheck: string;
}

/** What a row shows of a line as seen from `now`. */
export function rowProps(item: DomainListItem, account: number, now: number): DomainRowProps {
  const { id, domain, code, severity, checked_at, next_check_at } = item;
  return {
    href: `/accounts/${account}/domains/${id}`,
    name: domain,
    state: shownState(item),
    reason: DIAGNOSES[code].reason,
    severity,
    checkedAt: checked_at?.getTime() ?? null,
    checked: checked_at === null ? 'not yet' : relativeTime(checked_at, now),
    nextCheckAt: next_check_at?.getTime() ?? null,
    nextCheck: next_check_at === null ? 'when you ask' : relativeTime(next_check_at, now),
  };
}

interface PlacedRowProps extends DomainRowProps {
  /** Among all rows, of which few are rendered. */
  readonly index: number;
  readonly isSelected: boolean;
  readonly measure: (row: HTMLElement | null) => void;
}

/** Many of them come and go while the page is scrolled: a row has no state, no effects and no handlers of its own. */
export const DomainRow = memo(function DomainRow(props: PlacedRowProps) {
  const { href, name, state, reason, severity, checkedAt, checked, nextCheckAt, nextCheck } = props;
  return (
    <tr ref={props.measure} data-index={props.index} aria-rowindex={props.index + 2}>
      <th scope="row">
        <div class="named">
          <input type="checkbox" aria-label={`Select ${name}`} checked={props.isSelected} />
          <a href={href} onClick={follow}>
            <DomainName name={name} />
          </a>
        </div>
      </th>
      <td>
        <div class="state">
          {state === 'attention' ? <AttentionBadge /> : <StatusBadge status={state} />}
          {reason !== null && (
            <span class="reason" data-tone={severity}>
              {reason}
            </span>
          )}
        </div>
      </td>
      <td data-label="Last check">{moment(checkedAt, checked)}</td>
      <td data-label="Next check">{moment(nextCheckAt, nextCheck)}</td>
    </tr>
  );
});

/** What is meant for another tab is left to the browser. */
function follow(event: MouseEvent & { readonly currentTarget: HTMLAnchorElement }): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname);
}

function moment(at: number | null, text: string) {
  if (at === null) return text;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={exactTime(date)}>
      {text}
    </time>
  );
}
