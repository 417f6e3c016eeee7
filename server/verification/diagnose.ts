import type { Diagnosis, RecordDiagnosis, Severity } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import { dnsRecordsOf, type ExpectedRecord } from '../records/dns-records.ts';
import { isTooLong } from '../records/record-names.ts';
import { dkimStateOf, stateOf } from '../records/record-states.ts';
import type { CheckTimes, DomainRow, RecordState } from '../store/store.ts';
import { notChecked } from './diagnosis/not-checked.ts';
import { MEANINGS } from './diagnosis/rules.ts';
import { statusOf } from './record-state.ts';
import type { StoredDiagnosis, StoredRecord } from './stored-diagnosis.ts';

/**
 * Why a domain is or is not verified: what its last check found out, together with what the row and the schedule say
 * now. Asks and judges nothing. `stored` is undefined where there has been no check of this selector.
 */
export function diagnose(row: DomainRow, stored: StoredDiagnosis | undefined, now: Date): Diagnosis {
  const records = dnsRecordsOf(row).map((record) =>
    diagnoseRecord(row, record, stored?.records[record.key] ?? null, now),
  );
  // Who has no domain has no use for records that it could do with additionalNotes.
  const exists = records.every(({ code }) => code !== 'DOMAIN_NOT_FOUND');
  return {
    status: statusOf(dkimStateOf(row), now),
    ...checkDates(row.checks),
    records,
    advice: stored !== undefined && exists ? stored.advice : [],
  };
}

/** When a domain was last looked at, and when it is next looked at by itself. */
export function checkDates(times: CheckTimes | null): Pick<Diagnosis, 'checked_at' | 'next_check_at'> {
  const due = Object.values(times?.due ?? {}).filter((at) => at !== null);
  const [next] = due.sort();
  return {
    checked_at: times?.checked_at == null ? null : new Date(times.checked_at),
    next_check_at: next === undefined ? null : new Date(next),
  };
}

function diagnoseRecord(
  row: DomainRow,
  record: ExpectedRecord,
  stored: StoredRecord | null,
  now: Date,
): RecordDiagnosis {
  if (stored === null) return notChecked(record, registrableDomain(row));
  const { label, type, hostname, fqdn, value } = record;
  return {
    label,
    type,
    hostname,
    fqdn,
    state: stored.state,
    code: stored.code,
    severity: severityOf(stored, record, stateOf(row, record.key), now),
    transient: MEANINGS[stored.code].standing === 'unknown',
    source: stored.source,
    title: stored.title,
    detail: stored.detail,
    fix: stored.fix,
    expected: value,
    found: stored.found,
    nameservers: stored.nameservers,
    observed_at: new Date(stored.observed_at),
    clears_at: stored.clears_at === null ? null : new Date(stored.clears_at),
  };
}

/** A record that is not there yet is no error, and a Return-Path that is not there never is: mail passes without. */
function severityOf(
  { code }: StoredRecord,
  record: ExpectedRecord,
  state: RecordState | null,
  now: Date,
): Severity {
  if (code !== 'RECORD_MISSING') return MEANINGS[code].severity;
  const mayCome = !isTooLong(record.fqdn);
  if (mayCome && state !== null && statusOf(state, now) === 'pending') return 'info';
  return record.key === 'return_path' ? 'warning' : MEANINGS[code].severity;
}
