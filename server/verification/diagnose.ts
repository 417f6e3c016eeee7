import type { Action, Diagnosis, RecordDiagnosis } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import { isUsable } from '../keys/rotation.ts';
import { dnsRecordsOf, type ExpectedRecord } from '../records/dns-records.ts';
import { isTooLong } from '../records/record-names.ts';
import { dkimStateOf, keyOf, stateOf } from '../records/record-states.ts';
import type { CheckTimes, DomainRow } from '../store/interface/domain-row.ts';
import { adviseOnRevokedKeys } from './advice/revoked-keys.ts';
import { isTransient } from './diagnosis/codes.ts';
import { statusOf } from './record-state.ts';
import { severityOf } from './severity.ts';
import type { StoredDiagnosis, StoredRecord } from './stored-diagnosis.ts';
import { AWAITS_CACHES, describeUnchecked } from './words/findings.ts';

/**
 * Why a domain is or is not verified: what its last check found out, together with what the row and the schedule say
 * now. Asks and judges nothing. `stored` is undefined where there has been no check of this selector.
 */
export function diagnose(row: DomainRow, stored: StoredDiagnosis | undefined, now: Date): Diagnosis {
  const records = dnsRecordsOf(row).map((record) =>
    diagnoseRecord(row, record, stored?.records[record.id] ?? null, now),
  );
  // Who has no domain has no use for records that it could do with additionalNotes.
  const exists = records.every(({ code }) => code !== 'DOMAIN_NOT_FOUND');
  return {
    status: statusOf(dkimStateOf(row), now),
    ...checkDates(row.checks),
    records,
    advice: [...adviseOnRevokedKeys(row), ...(stored !== undefined && exists ? stored.advice : [])],
  };
}

/** When a domain was last checked, and when it is next checked without being asked. */
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
  const { label, type, hostname, fqdn, value } = record;
  const place = { label, type, hostname, fqdn };
  if (stored === null) return { ...place, ...notChecked(record, registrableDomain(row)) };
  const key = keyOf(row, record.id);
  const awaitsCaches = stored.code === 'OK' && key?.state === 'active' && !isUsable(key, toInstant(now));
  const clearsAt = (awaitsCaches && key.usable_at) || stored.clears_at;
  return {
    ...place,
    state: stored.state,
    code: stored.code,
    severity: severityOf(stored.code, record, stateOf(row, record.id), now),
    transient: isTransient(stored.code),
    source: stored.source,
    title: stored.title,
    detail: awaitsCaches ? `${stored.detail} ${AWAITS_CACHES}` : stored.detail,
    fix: stored.fix,
    zone: stored.zone,
    found_at: stored.found_at,
    action: stored.action,
    expected: value,
    found: stored.found,
    nameservers: stored.nameservers,
    observed_at: new Date(stored.observed_at),
    clears_at: clearsAt === null ? null : new Date(clearsAt),
  };
}

/** NOT_CHECKED: no check has been made of this record since its domain was created or renamed. */
function notChecked(
  record: ExpectedRecord,
  registrable: string,
): Omit<RecordDiagnosis, 'label' | 'type' | 'hostname' | 'fqdn'> {
  const { type, hostname, fqdn, value } = record;
  const action: Action | null = isTooLong(fqdn)
    ? null
    : { kind: 'add', zone: registrable, type, host: hostname, value, from_host: null, remove: [] };
  return {
    state: 'unchecked',
    code: 'NOT_CHECKED',
    severity: 'info',
    transient: false,
    source: null,
    ...describeUnchecked({ record, registrable }, action),
    zone: registrable,
    found_at: null,
    action,
    expected: value,
    found: [],
    nameservers: [],
    observed_at: null,
    clears_at: null,
  };
}
