import type { RecordDiagnosis } from '@letterhead/shared';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { isTooLong } from '../../records/record-names.ts';
import type { Finding } from './rule-input.ts';
import { tooLong } from './too-long.ts';
import { inZone, quoted } from './words.ts';

/** NOT_CHECKED: nobody has looked at this record yet, since its domain was created or renamed. */
export function notChecked(record: ExpectedRecord, registrable: string): RecordDiagnosis {
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
    ...whatToDo(record, registrable),
    expected: value,
    found: [],
    nameservers: [],
    observed_at: null,
    clears_at: null,
  };
}

function whatToDo(record: ExpectedRecord, registrable: string): Pick<Finding, 'title' | 'detail' | 'fix'> {
  const { type, hostname, fqdn, value } = record;
  if (isTooLong(fqdn)) return tooLong(record, registrable);
  return {
    title: 'Not looked at yet',
    detail: `Nobody has asked the DNS about ${fqdn} yet.`,
    fix: inZone(
      registrable,
      `add a ${type} record with the host ${quoted(hostname)} and the value ${quoted(value)}`,
    ),
  };
}
