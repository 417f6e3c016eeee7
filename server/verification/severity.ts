import { DIAGNOSES, type Severity } from '@letterhead/shared';
import type { ExpectedRecord } from '../records/dns-records.ts';
import { isTooLong } from '../records/record-names.ts';
import type { RecordState } from '../store/store.ts';
import type { FoundCode } from './diagnosis/finding.ts';
import { statusOf } from './record-state.ts';

/** A record that is still awaited is no error, and a missing Return-Path never is: mail passes without it. */
export function severityOf(
  code: FoundCode,
  { fqdn, kind }: Pick<ExpectedRecord, 'fqdn' | 'kind'>,
  state: RecordState | undefined,
  now: Date,
): Severity {
  if (code !== 'RECORD_MISSING') return DIAGNOSES[code].severity;
  const mayCome = !isTooLong(fqdn);
  if (mayCome && state !== undefined && statusOf(state, now) === 'pending') return 'info';
  return kind === 'return_path' ? 'warning' : DIAGNOSES[code].severity;
}
