import type { DomainRow } from '../store/interface/domain-row.ts';

/** The name itself and those above it, but for the top-level one, which nobody can hold. */
export function namesAbove(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'));
}

/** Domains that are one name or hold it, the nearest to it first. */
export function nearestFirst(rows: readonly DomainRow[]): DomainRow[] {
  return rows.toSorted((one, other) => other.domain.length - one.domain.length);
}
