import { FileDown, Keyboard } from 'lucide-preact';
import { Suspense } from 'preact/compat';
import { useMemo, useState } from 'preact/hooks';
import { useShortcuts } from '../components/use-shortcuts.ts';
import { onDemand } from '../layout/on-demand.ts';
import { DomainTable, type DomainTableProps, NoMatch, TableSkeleton } from './domain-table.tsx';
import { ListFilter } from './list-filter.tsx';
import { countByState, type DomainListItem, matches, sortItems } from './list-items.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useListView } from './use-list-view.ts';

/** Has the browser save these domains as a table; what writes it is loaded when it is first needed. */
async function saveList(items: readonly DomainListItem[]): Promise<void> {
  const { saveList: save } = await import('./export-list.ts');
  save(items);
}

const ShortcutSheet = onDemand(() => import('./shortcut-sheet.tsx'));

interface FilteredListProps extends Pick<DomainTableProps, 'from' | 'onLeave'> {
  readonly account: number;
  /** Undefined while they are read. */
  readonly items: readonly DomainListItem[] | undefined;
}

/** The domains in the view that was chosen, and what chooses it. */
export function FilteredList({ account, items, from, onLeave }: FilteredListProps) {
  const [view, setView] = useListView(account);
  const { sort } = view;
  const counts = useMemo(() => countByState(items ?? []), [items]);
  const sorted = useMemo(() => sortItems(items ?? [], sort), [items, sort]);
  const shown = useMemo(() => sorted.filter((item) => matches(item, view)), [sorted, view]);
  const showAll = () => setView({ ...view, search: '', state: null });
  const [isAsking, setAsking] = useState(false);
  useShortcuts({
    '/': () => document.querySelector<HTMLInputElement>('.search input')?.focus(),
    '?': () => setAsking(true),
    a: () => setView({ ...view, state: 'attention' }),
    e: () => saveList(shown),
  });
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  // What is done about several domains is done about none that is out of sight.
  const chosen = useMemo(() => shown.filter(({ id }) => selected.has(id)), [shown, selected]);
  const toggle = (id: number) => setSelected(toggled(selected, id));
  const table = (
    <DomainTable
      items={shown}
      sort={sort}
      from={from}
      onLeave={onLeave}
      onSort={(by) => setView({ ...view, sort: by })}
      selected={selected}
      onSelect={toggle}
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
        <div class="actions">
          <button type="button" class="button show-shortcuts" onClick={() => setAsking(true)}>
            <Keyboard aria-hidden="true" />
            Shortcuts
          </button>
          <button
            type="button"
            class="button"
            disabled={shown.length === 0}
            onClick={() => setSelected(new Set(shown.map(({ id }) => id)))}
          >
            Select all
          </button>
          <button type="button" class="button" disabled={shown.length === 0} onClick={() => saveList(shown)}>
            <FileDown aria-hidden="true" />
            Export as CSV
          </button>
        </div>
      </div>
      <SelectionBar
        account={account}
        selected={chosen}
        onClear={() => setSelected(new Set())}
        onExport={saveList}
      />
      <Suspense fallback={null}>{isAsking && <ShortcutSheet onClose={() => setAsking(false)} />}</Suspense>
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

function toggled(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const others = [...ids].filter((one) => one !== id);
  return new Set(ids.has(id) ? others : [...others, id]);
}

function countText(shown: number, total: number): string {
  const domains = total === 1 ? 'domain' : 'domains';
  return shown === total ? `${total} ${domains}` : `${shown} of ${total} ${domains}`;
}
