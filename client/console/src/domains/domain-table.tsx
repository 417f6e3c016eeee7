import { memo } from 'preact/compat';
import { Link } from 'wouter-preact';
import { DomainName } from '../parts/domain-name.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { useGrowingCount } from './growing-count.ts';
import type { DomainLine, Filter } from './lines.ts';

const SKELETON_LINES = [1, 2, 3, 4, 5, 6];

interface DomainTableProps {
  /** Undefined while they are read. */
  readonly lines: readonly DomainLine[] | undefined;
  readonly filter: Filter;
  readonly onShowAll: () => void;
}

export function DomainTable({ lines, filter, onShowAll }: DomainTableProps) {
  const count = useGrowingCount(lines?.length ?? 0, filter);
  if (lines?.length === 0) return <NoMatch filter={filter} onShowAll={onShowAll} />;
  return (
    <table class="domains" aria-busy={lines === undefined}>
      <thead>
        <tr>
          <th scope="col">Domain</th>
          <th scope="col">State</th>
          <th scope="col">Last check</th>
          <th scope="col">Next check</th>
        </tr>
      </thead>
      <tbody>
        {lines === undefined
          ? SKELETON_LINES.map((line) => <SkeletonRow key={line} />)
          : lines.slice(0, count).map((line) => <DomainRow key={line.id} line={line} />)}
      </tbody>
    </table>
  );
}

const DomainRow = memo(
  function DomainRow({ line }: { line: DomainLine }) {
    const { account } = useIdentity();
    return (
      <tr>
        <th scope="row">
          <Link href={`/accounts/${account.id}/domains/${line.id}`}>
            <DomainName name={line.name} />
          </Link>
        </th>
        <td>
          <StatusBadge status={line.status} />
        </td>
        <td data-label="Last check">
          {line.checked_at === null ? 'not yet' : <Time at={line.checked_at} />}
        </td>
        <td data-label="Next check">
          {line.next_check_at === null ? 'when you ask' : <Time at={line.next_check_at} />}
        </td>
      </tr>
    );
  },
  ({ line: one }, { line: other }) =>
    one.name === other.name &&
    one.status === other.status &&
    one.checked_at?.getTime() === other.checked_at?.getTime() &&
    one.next_check_at?.getTime() === other.next_check_at?.getTime(),
);

function SkeletonRow() {
  return (
    <tr class="skeleton">
      <th scope="row">
        <span />
      </th>
      <td>
        <span />
      </td>
      <td>
        <span />
      </td>
      <td>
        <span />
      </td>
    </tr>
  );
}

function NoMatch({ filter, onShowAll }: Pick<DomainTableProps, 'filter' | 'onShowAll'>) {
  return (
    <div class="empty">
      <p>
        {filter.search.trim() === ''
          ? 'No domain is in this state.'
          : `No domain here has “${filter.search.trim()}” in its name.`}
      </p>
      <button type="button" class="button" onClick={onShowAll}>
        Show all domains
      </button>
    </div>
  );
}
