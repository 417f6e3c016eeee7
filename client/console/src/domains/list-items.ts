import type { DomainStatus, Status } from '@letterhead/shared';
import { needsAttention } from '@letterhead/shared/rules';
import { toUnicodeName } from '../components/domain-name.tsx';

/** Item of the list. */
export interface DomainListItem extends DomainStatus {
  /** Unicode form of the name. */
  readonly unicode: string;
  /** Both spellings, for the search. */
  readonly searchText: string;
  readonly needsAttention: boolean;
}

/** `attention`: whatever the status, somebody has to act. */
export type StateFilter = Status | 'attention';

/** Filter of the list. */
export interface Filter {
  readonly search: string;
  /** Null for any state. */
  readonly state: StateFilter | null;
}

/** `state`: the most urgent first. */
export const SORT_COLUMNS = ['name', 'state', 'checked', 'next'] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface Sort {
  readonly column: SortColumn;
  readonly isDescending: boolean;
}

const BY_NAME = new Intl.Collator('en');

export function toListItems(statuses: readonly DomainStatus[]): DomainListItem[] {
  return statuses.map((status) => {
    const unicode = toUnicodeName(status.domain);
    const searchText = `${status.domain} ${unicode}`;
    return { ...status, unicode, searchText, needsAttention: needsAttention(status) };
  });
}

/** Those that are equal in the column stand by name. */
export function sortItems(
  items: readonly DomainListItem[],
  { column, isDescending }: Sort,
): DomainListItem[] {
  const sign = isDescending ? -1 : 1;
  const byName = (one: DomainListItem, other: DomainListItem) => BY_NAME.compare(one.unicode, other.unicode);
  const orderOf = VALUES[column];
  if (orderOf === undefined) return items.toSorted((one, other) => sign * byName(one, other));
  return items.toSorted((one, other) => sign * (orderOf(one) - orderOf(other)) || byName(one, other));
}

/** The state that an item is shown and sorted by: `attention` in the place of `pending` where waiting won't do. */
export function shownState({ needsAttention, status }: DomainListItem): StateFilter {
  return needsAttention && status === 'pending' ? 'attention' : status;
}

const VALUES: Partial<Record<SortColumn, (item: DomainListItem) => number>> = {
  state: (item) => ORDER.indexOf(shownState(item)),
  checked: ({ checked_at }) => checked_at?.getTime() ?? 0,
  next: ({ next_check_at }) => next_check_at?.getTime() ?? Number.MAX_SAFE_INTEGER,
};

const ORDER: readonly StateFilter[] = ['failed', 'degraded', 'attention', 'pending', 'verified'];

export function matches(item: DomainListItem, { search, state }: Filter): boolean {
  const isInState = state === null || (state === 'attention' ? item.needsAttention : item.status === state);
  return isInState && item.searchText.includes(search.trim().toLowerCase());
}

export function countByState(items: readonly DomainListItem[]): Record<StateFilter, number> {
  const counts = { attention: 0, pending: 0, verified: 0, degraded: 0, failed: 0 };
  for (const { status, needsAttention } of items) {
    counts[status] += 1;
    if (needsAttention) counts.attention += 1;
  }
  return counts;
}
