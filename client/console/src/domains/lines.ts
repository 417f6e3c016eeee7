import type { Domain, DomainStatus, Status } from '@letterhead/shared';
import { inOwnLetters } from '../parts/domain-name.tsx';

/** One line of the list. */
export interface DomainLine extends DomainStatus {
  readonly name: string;
  /** The name in its own letters. */
  readonly letters: string;
  /** What a search is held against: both spellings. */
  readonly haystack: string;
}

/** What the list is narrowed to. */
export interface Filter {
  readonly search: string;
  /** Null: whatever the state. */
  readonly status: Status | null;
}

const BY_LETTERS = new Intl.Collator('en');

/** By name, as people look for them. A domain whose state has not come yet is left out until it has. */
export function joinLines(domains: readonly Domain[], statuses: readonly DomainStatus[]): DomainLine[] {
  const byId = new Map(statuses.map((status) => [status.id, status]));
  return domains
    .flatMap(({ id, domain: name }) => {
      const status = byId.get(id);
      const letters = inOwnLetters(name);
      return status === undefined ? [] : [{ ...status, name, letters, haystack: `${name} ${letters}` }];
    })
    .sort((one, other) => BY_LETTERS.compare(one.letters, other.letters));
}

export function matches(line: DomainLine, { search, status }: Filter): boolean {
  return (status === null || line.status === status) && line.haystack.includes(search.trim().toLowerCase());
}

export function countByStatus(lines: readonly DomainLine[]): Record<Status, number> {
  const counts = { pending: 0, verified: 0, degraded: 0, failed: 0 };
  for (const { status } of lines) counts[status] += 1;
  return counts;
}
