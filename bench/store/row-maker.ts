import type { DomainRow } from '../../server/store/interface/domain-row.ts';

/** Makes rows from one that is there: as long, under other names, for stores that are asked for nothing else. */
export function makeRow(pattern: DomainRow, account: number, id: number): DomainRow {
  return { ...pattern, id, account_id: account, domain: `created-${id}.example.net` };
}
