import { useNow } from '../parts/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { DomainRow, rowProps } from './domain-row.tsx';
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
  const { account } = useIdentity();
  const now = useNow();
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
          : lines
              .slice(0, count)
              .map((line) => <DomainRow key={line.id} {...rowProps(line, account.id, now)} />)}
      </tbody>
    </table>
  );
}

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
