import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-preact';
import { useMemo, useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { AddDomain } from './add-domain.tsx';
import { DomainTable } from './domain-table.tsx';
import { FirstDomain } from './first-domain.tsx';
import { ListFilter } from './list-filter.tsx';
import { countByStatus, type DomainListItem, matches, toListItems } from './list-items.ts';
import { useNextCheckRefetch } from './use-next-check-refetch.ts';
import { useUrlFilter } from './use-url-filter.ts';

/** All domains of the account, with where each stands. */
export function DomainList() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [adding, setAdding] = useState(false);
  const { items, error, retry } = useDomainListItems(account.id);
  const isEmpty = items?.length === 0;
  return (
    <Page
      title="Domains"
      heading="Domains"
      actions={
        mayWrite &&
        !isEmpty && (
          <button type="button" class="button primary" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" />
            Add a domain
          </button>
        )
      }
    >
      {error !== null && items === undefined && <Failure error={error} onRetry={retry} />}
      {isEmpty ? <FirstDomain mayWrite={mayWrite} /> : <FilteredList account={account.id} items={items} />}
      {adding && (
        <Dialog title="Add a domain" onClose={() => setAdding(false)}>
          <AddDomain />
        </Dialog>
      )}
    </Page>
  );
}

function FilteredList({ account, items }: { account: number; items: readonly DomainListItem[] | undefined }) {
  const [filter, setFilter] = useUrlFilter(account);
  const counts = useMemo(() => countByStatus(items ?? []), [items]);
  const shown = useMemo(() => items?.filter((item) => matches(item, filter)), [items, filter]);
  return (
    <>
      <ListFilter
        filter={filter}
        counts={counts}
        shown={shown?.length}
        total={items?.length}
        onChange={setFilter}
      />
      <DomainTable items={shown} filter={filter} onShowAll={() => setFilter({ search: '', status: null })} />
    </>
  );
}

function useDomainListItems(account: number) {
  const domains = useQuery(api.domains.list.queryOptions({ account }));
  const statuses = useQuery({
    ...api.domains.statuses.queryOptions({ account }),
    refetchInterval: useNextCheckRefetch(),
  });
  const items = useMemo(
    () => (domains.data && statuses.data ? toListItems(domains.data, statuses.data) : undefined),
    [domains.data, statuses.data],
  );
  const retry = () => {
    void domains.refetch();
    void statuses.refetch();
  };
  return { items, error: domains.error ?? statuses.error, retry };
}
