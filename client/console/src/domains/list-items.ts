import type { Domain, DomainStatus, Status } from '@letterhead/shared';
import { toUnicodeName } from '../components/domain-name.tsx';

/** One line of the list. */
export interface DomainListItem extends DomainStatus {
  readonly name: string;
  /** The name in its own letters. */
  readonly unicode: string;
  /** What a search is held against: both spellings. */
  readonly searchText: string;
}

/** What the list is narrowed to. */
export interface Filter {
  readonly search: string;
  /** Null: whatever the state. */
  readonly status: Status | null;
}

const BY_NAME = new Intl.Collator('en');

/** By name, as people look for them. A domain whose state has not come yet is left out until it has. */
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
