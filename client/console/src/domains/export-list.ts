import { csvLine } from '@letterhead/shared';
import { saveFile } from '../components/save-file.ts';
import type { DomainListItem } from './list-items.ts';

const COLUMNS = ['domain', 'status', 'needs_attention', 'code', 'severity', 'checked_at', 'next_check_at'];

/** Has the browser save these domains as a table, with the words and times of the API. */
export function saveList(items: readonly DomainListItem[]): void {
  saveFile('domains.csv', 'text/csv', [csvLine(COLUMNS), ...items.map(toLine)].join(''));
}

function toLine({
  domain,
  status,
  needsAttention,
  code,
  severity,
  checked_at,
  next_check_at,
}: DomainListItem) {
  const time = (at: Date | null) => at?.toISOString() ?? '';
  return csvLine([
    domain,
    status,
    String(needsAttention),
    code,
    severity,
    time(checked_at),
    time(next_check_at),
  ]);
}
