import type { DomainChange, DomainFilter, DomainRow, NewEvent } from '../store.ts';
import type { AccountStep } from './account.ts';
import { DomainRowSchema } from './formats.ts';
import { freeze } from './freeze.ts';

/**
 * The steps that change an account's domains, by id. What is written has been through the schema that reads it
 * again, so that no caller's mistake makes the account unreadable.
 */
export function creation(
  domain: string,
  limit: number,
  build: () => DomainRow,
  event: (row: DomainRow) => NewEvent,
): (domains: readonly DomainRow[]) => AccountStep<DomainChange> {
  return (domains) => {
    const refused = refusal(domains, domain, limit);
    if (refused !== null) return { result: refused };
    const row = freeze(DomainRowSchema.parse(build()));
    return { result: { kind: 'written', row }, domains: inserted(domains, row), events: [event(row)] };
  };
}

/** Why the account does not take the domain; null where it does. */
export function refusal(domains: readonly DomainRow[], domain: string, limit: number): DomainChange | null {
  const by = holder(domains, domain);
  if (by !== undefined) return { kind: 'taken', by: freeze(by) };
  return domains.length >= limit ? { kind: 'full', limit } : null;
}

export function update(
  id: number,
  change: (row: DomainRow) => { row: DomainRow; events: readonly NewEvent[] } | null,
): (domains: readonly DomainRow[]) => AccountStep<DomainChange> {
  return (domains) => {
    const at = indexOf(domains, id);
    const old = domains[at];
    if (old?.id !== id) return { result: { kind: 'gone' } };
    const changed = change(freeze(old));
    if (changed === null) return { result: { kind: 'unchanged', row: old } };
    const by = changed.row.domain === old.domain ? undefined : holder(domains, changed.row.domain);
    if (by !== undefined) return { result: { kind: 'taken', by: freeze(by) } };
    const row = freeze(DomainRowSchema.parse(changed.row));
    return { result: { kind: 'written', row }, domains: domains.with(at, row), events: changed.events };
  };
}

export function deletion(
  id: number,
  events: (row: DomainRow) => readonly NewEvent[],
): (domains: readonly DomainRow[]) => AccountStep<boolean> {
  return (domains) => {
    const at = indexOf(domains, id);
    const row = domains[at];
    if (row?.id !== id) return { result: false };
    freeze(row);
    return { result: true, domains: domains.toSpliced(at, 1), events: events(row) };
  };
}

export function hasDomain(domains: readonly DomainRow[], id: number): boolean {
  return domains[indexOf(domains, id)]?.id === id;
}

export function findDomain(domains: readonly DomainRow[], id: number): DomainRow | undefined {
  const row = domains[indexOf(domains, id)];
  return row?.id === id ? freeze(row) : undefined;
}

export function filterDomains(domains: readonly DomainRow[], filter: DomainFilter): DomainRow[] {
  const rows: DomainRow[] = [];
  const limit = filter.limit ?? Number.POSITIVE_INFINITY;
  for (let at = indexOf(domains, (filter.after ?? 0) + 1); at < domains.length && rows.length < limit; at++) {
    const row = domains[at];
    if (row !== undefined && isWanted(row, filter)) rows.push(freeze(row));
  }
  return rows;
}

function isWanted(row: DomainRow, filter: DomainFilter): boolean {
  if (filter.domain !== undefined && row.domain !== filter.domain) return false;
  return filter.verified === undefined || filter.verified === isVerified(row);
}

/** At least one of its records is verified. */
function isVerified(row: DomainRow): boolean {
  return row.dkim.verified || row.return_path?.verified === true;
}

function holder(domains: readonly DomainRow[], domain: string): DomainRow | undefined {
  return domains.find((row) => row.domain === domain);
}

/** Ids mostly rise, but one that was given back can come late. */
function inserted(domains: readonly DomainRow[], row: DomainRow): readonly DomainRow[] {
  return domains.toSpliced(indexOf(domains, row.id), 0, row);
}

/** Of the domain with the id, or of the first one above it. */
function indexOf(domains: readonly DomainRow[], id: number): number {
  let low = 0;
  let high = domains.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((domains[middle]?.id ?? id) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
