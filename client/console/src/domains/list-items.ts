import type { Domain, DomainStatus, Status } from '@letterhead/shared';
import { toUnicodeName } from '../components/domain-name.tsx';

/** Item of the list. */
export interface DomainListItem extends DomainStatus {
  readonly name: string;
  /** Unicode form of the name. */
  readonly unicode: string;
  /** Both spellings, for the search. */
  readonly searchText: string;
}

/** Filter of the list. */
export interface Filter {
  readonly search: string;
  /** Null for any state. */
  readonly status: Status | null;
}

const BY_NAME = new Intl.Collator('en');

/** Sorts by name in its Unicode form. Leaves out domains whose status is not loaded yet. */
export function toListItems(domains: readonly Domain[], statuses: readonly DomainStatus[]): DomainListItem[] {
  const byId = new Map(statuses.map((status) => [status.id, status]));
  return domains
    .flatMap(({ id, domain: name }) => {
      const status = byId.get(id);
      const unicode = toUnicodeName(name);
      return status === undefined ? [] : [{ ...status, name, unicode, searchText: `${name} ${unicode}` }];
    })
    .sort((one, other) => BY_NAME.compare(one.unicode, other.unicode));
}

export function matches(item: DomainListItem, { search, status }: Filter): boolean {
  return (status === null || item.status === status) && item.searchText.includes(search.trim().toLowerCase());
}

export function countByStatus(items: readonly DomainListItem[]): Record<Status, number> {
  const counts = { pending: 0, verified: 0, degraded: 0, failed: 0 };
  for (const { status } of items) counts[status] += 1;
  return counts;
}
