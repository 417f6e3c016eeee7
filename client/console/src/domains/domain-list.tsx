import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-preact';
import { useMemo, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { Page } from '../parts/page.tsx';
import { api } from '../server/api.ts';
import { useIdentity, useMay } from '../session/identity.ts';
import { AddDomain } from './add-domain.tsx';
import { DomainTable } from './domain-table.tsx';
import { FirstDomain } from './first-domain.tsx';
import { useKeptFilter } from './kept-filter.ts';
import { countByStatus, type DomainLine, joinLines, matches } from './lines.ts';
import { ListFilter } from './list-filter.tsx';
import { useNextCheckRefetch } from './next-check-refetch.ts';

/** All domains of the account, with where each stands. */
export function DomainList() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [adding, setAdding] = useState(false);
  const { lines, error, retry } = useDomainLines(account.id);
  const isEmpty = lines?.length === 0;
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
      {error !== null && lines === undefined && <Failure error={error} onRetry={retry} />}
      {isEmpty ? <FirstDomain mayWrite={mayWrite} /> : <FilteredLines account={account.id} lines={lines} />}
      {adding && (
        <Dialog title="Add a domain" onClose={() => setAdding(false)}>
          <AddDomain />
        </Dialog>
      )}
    </Page>
  );
}

function FilteredLines({ account, lines }: { account: number; lines: readonly DomainLine[] | undefined }) {
  const [filter, setFilter] = useKeptFilter(account);
  const counts = useMemo(() => countByStatus(lines ?? []), [lines]);
  const shown = useMemo(() => lines?.filter((line) => matches(line, filter)), [lines, filter]);
  return (
    <>
      <ListFilter
        filter={filter}
        counts={counts}
        shown={shown?.length}
        total={lines?.length}
        onChange={setFilter}
      />
      <DomainTable lines={shown} filter={filter} onShowAll={() => setFilter({ search: '', status: null })} />
    </>
  );
}

function useDomainLines(account: number) {
  const domains = useQuery(api.domains.list.queryOptions({ account }));
  const statuses = useQuery({
    ...api.domains.statuses.queryOptions({ account }),
    refetchInterval: useNextCheckRefetch(),
  });
  const lines = useMemo(
    () => (domains.data && statuses.data ? joinLines(domains.data, statuses.data) : undefined),
    [domains.data, statuses.data],
  );
  const retry = () => {
    void domains.refetch();
    void statuses.refetch();
  };
  return { lines, error: domains.error ?? statuses.error, retry };
}
