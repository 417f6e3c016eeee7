import type { Domain } from '@letterhead/shared';
import { restTime } from '../rest/rest-json.ts';

/** The columns of a domain in CSV: its own fields, then those of each record that it may have. */
export const DOMAIN_COLUMNS = [
  'id',
  'account_id',
  'domain',
  'subdomain',
  'verified',
  'dkim_hostname',
  'dkim_value',
  'dkim_verified',
  'return_path_hostname',
  'return_path_value',
  'return_path_verified',
  'updated_at',
  'created_at',
] as const;

/** Cells in the order of `DOMAIN_COLUMNS`; empty for missing values. */
export function toDomainCells(domain: Domain): string[] {
  return [
    String(domain.id),
    String(domain.account_id),
    domain.domain,
    domain.subdomain ?? '',
    String(domain.verified),
    ...recordCells(domain, 'DKIM'),
    ...recordCells(domain, 'Return-Path'),
    restTime(domain.updated_at),
    restTime(domain.created_at),
  ];
}

function recordCells(domain: Domain, label: Domain['dns_records'][number]['label']): string[] {
  const record = domain.dns_records.find((one) => one.label === label);
  return record === undefined ? ['', '', ''] : [record.hostname, record.value, String(record.verified)];
}
