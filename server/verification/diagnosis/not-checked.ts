import type { RecordDiagnosis } from '@letterhead/shared';
import type { PublishedRecord } from '../published-record.ts';
import { inZone, quoted } from './sentences.ts';

/** NOT_CHECKED: nobody has looked at this record yet, since its domain was created or renamed. */
export function notChecked(record: PublishedRecord, registrable: string): RecordDiagnosis {
  const { label, type, hostname, fqdn, value } = record;
  return {
    label,
    type,
    hostname,
    fqdn,
    state: 'unchecked',
    code: 'NOT_CHECKED',
    severity: 'info',
    transient: false,
    source: null,
    title: 'Not looked at yet',
    detail: `Nobody has asked the DNS about ${fqdn} yet.`,
    fix: inZone(
      registrable,
      `add a ${type} record with the host ${quoted(hostname)} and the value ${quoted(value)}`,
    ),
    expected: value,
    found: [],
    nameservers: [],
    observed_at: null,
    clears_at: null,
  };
}
