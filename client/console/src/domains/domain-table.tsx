import { useNow } from '../components/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { DomainRow, rowProps } from './domain-row.tsx';
import type { DomainListItem, Filter } from './list-items.ts';
import { useIncrementalCount } from './use-incremental-count.ts';

const SKELETON_ROWS = [1, 2, 3, 4, 5, 6];

interface DomainTableProps {
  /** Undefined while they are read. */
  readonly items: readonly DomainListItem[] | undefined;
  readonly filter: Filter;
  readonly onShowAll: () => void;
}

export function DomainTable({ items, filter, onShowAll }: DomainTableProps) {
  const { account } = useIdentity();
  const now = useNow();
  const count = useIncrementalCount(items?.length ?? 0, filter);
  if (items?.length === 0) return <NoMatch filter={filter} onShowAll={onShowAll} />;
  return (
    <table class="domains" aria-busy={items === undefined}>
      <thead>
        <tr>
          <th scope="col">Domain</th>
          <th scope="col">State</th>
          <th scope="col">Last check</th>
          <th scope="col">Next check</th>
        </tr>
      </thead>
      <tbody>
        {items === undefined
          ? SKELETON_ROWS.map((item) => <SkeletonRow key={item} />)
          : items
              .slice(0, count)
              .map((item) => <DomainRow key={item.id} {...rowProps(item, account.id, now)} />)}
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
