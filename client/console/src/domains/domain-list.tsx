import { useQuery } from '@tanstack/react-query';
import { ListPlus, Plus } from 'lucide-preact';
import { Suspense } from 'preact/compat';
import { useMemo, useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useShortcuts } from '../components/use-shortcuts.ts';
import { onDemand } from '../layout/on-demand.ts';
import { useIdentity, useMay } from '../session/identity.ts';
import { AddDomain } from './add-domain.tsx';
import { FilteredList } from './filtered-list.tsx';
import { FirstDomain } from './first-domain.tsx';
import { toListItems } from './list-items.ts';
import { usePlace } from './use-list-view.ts';
import { soonestReading, useNextCheckRefetch } from './use-next-check-refetch.ts';

const AddMany = onDemand(() => import('./add-many.tsx'));

/** All domains of the account, with where each stands. */
export function DomainList() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [adding, setAdding] = useState<'one' | 'many' | null>(null);
  const { items, error, retry } = useDomainListItems(account.id);
  const [from, onLeave] = usePlace(account.id);
  const isEmpty = items?.length === 0;
  useShortcuts(mayWrite && !isEmpty ? { c: () => setAdding('one') } : {});
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
      {error !== null && items === undefined ? (
        <Failure error={error} onRetry={retry} />
      ) : isEmpty ? (
        <FirstDomain mayWrite={mayWrite} />
      ) : (
        <FilteredList account={account.id} items={items} from={from} onLeave={onLeave} />
      )}
      {adding !== null && (
        <Dialog
          title={adding === 'one' ? 'Add a domain' : 'Add many domains'}
          onClose={() => setAdding(null)}
        >
          {adding === 'one' ? (
            <AddDomain />
          ) : (
            <Suspense fallback={null}>
              <AddMany />
            </Suspense>
          )}
        </Dialog>
      )}
    </Page>
  );
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
