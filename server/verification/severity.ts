import { DIAGNOSES, type Severity } from '@letterhead/shared';
import type { ExpectedRecord } from '../records/dns-records.ts';
import { isTooLong } from '../records/record-names.ts';
import type { RecordState } from '../store/interface/domain-row.ts';
import type { FoundCode } from './diagnosis/finding.ts';
import { statusOf } from './record-state.ts';

/**
 * A record that is still awaited is no error, and a missing Return-Path never is: mail passes without it. Nor is what is
 * wrong with the record of a key that is not to sign yet, or signs no more.
 */
export function severityOf(
  code: FoundCode,
  record: ExpectedRecord,
  state: RecordState | undefined,
  now: Date,
): Severity {
  const { severity } = DIAGNOSES[code];
  if (code === 'RECORD_MISSING' || code === 'SECOND_NAME_MISSING') {
    const mayCome = !isTooLong(record.fqdn);
    if (mayCome && state !== undefined && statusOf(state, now) === 'pending') return 'info';
    if (record.kind === 'return_path') return 'warning';
  }
  if (record.kind === 'return_path' || record.keyState === 'active' || severity !== 'error') return severity;
  return record.keyState === 'pending' || record.keyState === null ? 'warning' : 'info';
}
