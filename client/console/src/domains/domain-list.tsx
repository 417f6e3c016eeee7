import { useQuery } from '@tanstack/react-query';
import { FileDown, ListPlus, Plus } from 'lucide-preact';
import { useMemo, useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { AddDomain } from './add-domain.tsx';
import { AddMany } from './add-many.tsx';
import { DomainTable, type DomainTableProps, NoMatch, TableSkeleton } from './domain-table.tsx';
import { saveList } from './export-list.ts';
import { FirstDomain } from './first-domain.tsx';
import { ListFilter } from './list-filter.tsx';
import { countByState, type DomainListItem, matches, sortItems, toListItems } from './list-items.ts';
import { useListView, usePlace } from './use-list-view.ts';
import { soonestReading, useNextCheckRefetch } from './use-next-check-refetch.ts';

/** All domains of the account, with where each stands. */
export function DomainList() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [adding, setAdding] = useState<'one' | 'many' | null>(null);
  const { items, error, retry } = useDomainListItems(account.id);
  const [from, onLeave] = usePlace(account.id);
  const isEmpty = items?.length === 0;
  return (
    <Page
      title="Domains"
      heading="Domains"
      scroll={from.scroll}
      actions={
        mayWrite &&
        !isEmpty && (
          <div class="actions">
            <button type="button" class="button" onClick={() => setAdding('many')}>
              <ListPlus aria-hidden="true" />
              Add many
            </button>
            <button type="button" class="button primary" onClick={() => setAdding('one')}>
              <Plus aria-hidden="true" />
              Add a domain
            </button>
          </div>
        )
      }
    >
      {error !== null && items === undefined && <Failure error={error} onRetry={retry} />}
      {isEmpty ? (
        <FirstDomain mayWrite={mayWrite} />
      ) : (
        <FilteredList account={account.id} items={items} from={from} onLeave={onLeave} />
      )}
      {adding !== null && (
        <Dialog
          title={adding === 'one' ? 'Add a domain' : 'Add many domains'}
          onClose={() => setAdding(null)}
        >
          {adding === 'one' ? <AddDomain /> : <AddMany />}
        </Dialog>
      )}
    </Page>
  );
}

interface FilteredListProps extends Pick<DomainTableProps, 'from' | 'onLeave'> {
  readonly account: number;
  /** Undefined while they are read. */
  readonly items: readonly DomainListItem[] | undefined;
}

function FilteredList({ account, items, from, onLeave }: FilteredListProps) {
  const [view, setView] = useListView(account);
  const { sort } = view;
  const counts = useMemo(() => countByState(items ?? []), [items]);
  const sorted = useMemo(() => sortItems(items ?? [], sort), [items, sort]);
  const shown = useMemo(() => sorted.filter((item) => matches(item, view)), [sorted, view]);
  const showAll = () => setView({ ...view, search: '', state: null });
  const table = (
    <DomainTable
      items={shown}
      sort={sort}
      from={from}
      onLeave={onLeave}
      onSort={(by) => setView({ ...view, sort: by })}
    />
  );
  return (
    <>
      <ListFilter
        filter={view}
        counts={counts}
        total={items?.length}
        onChange={(filter) => setView({ ...filter, sort })}
      />
      <div class="list-summary">
        <p role="status">{items && countText(shown.length, items.length)}</p>
        <button type="button" class="button" disabled={shown.length === 0} onClick={() => saveList(shown)}>
          <FileDown aria-hidden="true" />
          Export as CSV
        </button>
      </div>
      {items === undefined ? (
        <TableSkeleton />
      ) : shown.length === 0 ? (
        <NoMatch view={view} onShowAll={showAll} />
      ) : (
        table
      )}
    </>
  );
}

function countText(shown: number, total: number): string {
  const domains = total === 1 ? 'domain' : 'domains';
  return shown === total ? `${total} ${domains}` : `${shown} of ${total} ${domains}`;
}

function useDomainListItems(account: number) {
  const { data, error, refetch } = useQuery({
    ...api.domains.statuses.queryOptions({ account }),
    refetchInterval: useNextCheckRefetch(),
    // Events keep it up to date: coming back to the list reads nothing again.
    staleTime: ({ state }) => soonestReading(state.data?.length ?? 0),
  });
  const items = useMemo(() => data && toListItems(data), [data]);
  return { items, error, retry: () => void refetch() };
}
