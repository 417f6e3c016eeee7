import { ArrowDown, ArrowUp } from 'lucide-preact';
import { useMemo, useRef } from 'preact/hooks';
import { useNow } from '../components/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { DomainRow, rowProps } from './domain-row.tsx';
import type { DomainListItem, Sort, SortColumn } from './list-items.ts';
import type { ListView } from './use-list-view.ts';
import { type Place, useWindowRows } from './use-window-rows.ts';

const COLUMNS: readonly (readonly [SortColumn, string])[] = [
  ['name', 'Domain'],
  ['state', 'State'],
  ['checked', 'Last check'],
  ['next', 'Next check'],
];

export interface DomainTableProps {
  readonly items: readonly DomainListItem[];
  readonly sort: Sort;
  /** Where it begins. */
  readonly from: Place;
  readonly onLeave: (place: Place) => void;
  readonly onSort: (sort: Sort) => void;
  /** Ids. */
  readonly selected: ReadonlySet<number>;
  readonly onSelect: (id: number) => void;
}

export function DomainTable({ items, sort, from, onLeave, onSort, selected, onSelect }: DomainTableProps) {
  const { account } = useIdentity();
  const now = useNow();
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = useMemo(() => items.map(({ id }) => id), [items]);
  const { indices, before, after, measure, unprinted } = useWindowRows(body, { keys, from, onLeave });
  return (
    <table class="domains" aria-rowcount={items.length + 1}>
      <Head sort={sort} onSort={onSort} />
      <tbody
        ref={body}
        onChange={(event) => {
          const item = items[indexOf(event.target)];
          if (item !== undefined) onSelect(item.id);
        }}
      >
        <Spacer height={before} />
        {indices.map((index) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <DomainRow
              key={item.id}
              {...rowProps(item, account.id, now)}
              index={index}
              isSelected={selected.has(item.id)}
              measure={measure}
            />
          );
        })}
        <Spacer height={after} />
        {unprinted > 0 && (
          <tr>
            <td colSpan={COLUMNS.length}>
              {unprinted} more domains are not printed. Export the list as CSV to have them all.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** The index of the row that an event comes from; its checkbox has no handler of its own. */
function indexOf(target: EventTarget | null): number {
  return target instanceof Element ? Number(target.closest<HTMLElement>('tr')?.dataset['index']) : -1;
}

/** Stands for the rows that are not rendered. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr class="spacer">
      <td colSpan={COLUMNS.length} style={{ blockSize: height }} />
    </tr>
  );
}

function Head({ sort, onSort }: Pick<DomainTableProps, 'sort' | 'onSort'>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {COLUMNS.map(([column, name]) => (
          <SortableHeading key={column} column={column} name={name} sort={sort} onSort={onSort} />
        ))}
      </tr>
    </thead>
  );
}

interface SortableHeadingProps extends Pick<DomainTableProps, 'sort' | 'onSort'> {
  readonly column: SortColumn;
  readonly name: string;
}

function SortableHeading({ column, name, sort, onSort }: SortableHeadingProps) {
  const isSorted = sort.column === column;
  const { isDescending } = sort;
  const Arrow = isDescending ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}>
      <button
        type="button"
        class="sort"
        onClick={() => onSort({ column, isDescending: isSorted && !isDescending })}
      >
        {name}
        {isSorted && <Arrow aria-hidden="true" />}
      </button>
    </th>
  );
}

const SKELETON_ROWS = [1, 2, 3, 4, 5, 6];

/** Stands in the table's place while the domains are read. */
export function TableSkeleton() {
  return (
    <table class="domains" aria-busy="true">
      <thead>
        <tr>
          {COLUMNS.map(([column, name]) => (
            <th key={column} scope="col">
              <span class="sort">{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {SKELETON_ROWS.map((row) => (
          <tr key={row} class="skeleton">
            {COLUMNS.map(([column]) => (
              <td key={column}>
                <span />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface NoMatchProps {
  readonly view: Pick<ListView, 'search'>;
  readonly onShowAll: () => void;
}

export function NoMatch({ view, onShowAll }: NoMatchProps) {
  return (
    <div class="empty">
      <p>
        {view.search.trim() === ''
          ? 'No domain is in this state.'
          : `No domain here has “${view.search.trim()}” in its name.`}
      </p>
      <button type="button" class="button" onClick={onShowAll}>
        Show all domains
      </button>
    </div>
  );
}
