import type { Status } from '@letterhead/shared';
import { memo } from 'preact/compat';
import { navigate } from 'wouter-preact/use-browser-location';
import { DomainName } from '../components/domain-name.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { exactTime, relativeTime } from '../components/time.tsx';
import type { DomainListItem } from './list-items.ts';

/** Plain values, so that a row is rendered again only where it reads differently. Times in milliseconds since 1970. */
interface DomainRowProps {
  readonly href: string;
  readonly name: string;
  readonly status: Status;
  readonly checkedAt: number | null;
  readonly checked: string;
  readonly nextCheckAt: number | null;
  readonly nextCheck: string;
}

/** What a row shows of a line as seen from `now`. */
export function rowProps(item: DomainListItem, account: number, now: number): DomainRowProps {
  const { id, name, status, checked_at, next_check_at } = item;
  return {
    href: `/accounts/${account}/domains/${id}`,
    name,
    status,
    checkedAt: checked_at?.getTime() ?? null,
    checked: checked_at === null ? 'not yet' : relativeTime(checked_at, now),
    nextCheckAt: next_check_at?.getTime() ?? null,
    nextCheck: next_check_at === null ? 'when you ask' : relativeTime(next_check_at, now),
  };
}

/** There can be a thousand of them: a row has no state, no effects and no handlers of its own. */
export const DomainRow = memo(function DomainRow(props: DomainRowProps) {
  const { href, name, status, checkedAt, checked, nextCheckAt, nextCheck } = props;
  return (
    <tr>
      <th scope="row">
        <a href={href} onClick={follow}>
          <DomainName name={name} />
        </a>
      </th>
      <td>
        <StatusBadge status={status} />
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
