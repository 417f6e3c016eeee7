import type { Diagnosis, NameServerObservation, RecordDiagnosis, Severity } from '@letterhead/shared';
import type { Observation } from '../dns/outcome.ts';
import type { CheckTimes, DomainRow, RecordState } from '../store/store.ts';
import { advise } from './advice/advise.ts';
import { notChecked } from './diagnosis/not-checked.ts';
import { type CodedFinding, findCode, MEANINGS } from './diagnosis/rules.ts';
import { type Sighting, sight, valuesSeen } from './diagnosis/sighting.ts';
import type { RecordSighting, StoredEvidence } from './evidence.ts';
import { isTooLong, type PublishedRecord, publishedRecords, registrableDomain } from './published-record.ts';
import { statusOf } from './record-standing.ts';

/**
 * Why a domain is or is not verified: what its last check saw, judged against the row as it is now. Asks nothing.
 * `stored` is undefined where there has been no check of this selector.
 */
export function diagnose(
  row: DomainRow,
  times: CheckTimes | undefined,
  stored: StoredEvidence | undefined,
  now: Date,
): Diagnosis {
  const records = publishedRecords(row).map((record) =>
    diagnoseRecord(row, record, stored?.records[record.key] ?? null, now),
  );
  // Who has no domain has no use for records that it could do with besides.
  const exists = records.every(({ code }) => code !== 'DOMAIN_NOT_FOUND');
  return {
    status: statusOf(row.dkim, now),
    ...checkDates(times),
    records,
    advice: stored !== undefined && exists ? advise(row, stored.advice) : [],
  };
}

/** When a domain was last looked at, and when it is next looked at by itself. */
export function checkDates(times: CheckTimes | undefined): Pick<Diagnosis, 'checked_at' | 'next_check_at'> {
  const due = Object.values(times?.due ?? {}).filter((at) => at !== null);
  const [next] = due.sort();
  return {
    checked_at: times?.checked_at == null ? null : new Date(times.checked_at),
    next_check_at: next === undefined ? null : new Date(next),
  };
}

function diagnoseRecord(
  row: DomainRow,
  record: PublishedRecord,
  seen: RecordSighting | null,
  now: Date,
): RecordDiagnosis {
  if (seen === null) return notChecked(record, registrableDomain(row));
  const sighting = sight(record, registrableDomain(row), seen.evidence);
  const finding = findCode(sighting);
  const { label, type, hostname, fqdn } = record;
  return {
    label,
    type,
    hostname,
    fqdn,
    state: seen.state,
    code: finding.code,
    severity: severityOf(finding, record, row[record.key], now),
    transient: MEANINGS[finding.code].standing === 'unknown',
    source: sourceOf(sighting),
    title: finding.title,
    detail: finding.detail,
    fix: finding.fix,
    expected: record.value,
    found: [...(finding.found ?? valuesSeen(sighting))],
    nameservers: seen.evidence.observations.map(toNameServer),
    observed_at: new Date(seen.evidence.observed_at),
    clears_at: finding.clearsAt ?? null,
  };
}

/** A record that is not there yet is no error, and a Return-Path that is not there never is: mail passes without. */
function severityOf(
  { code }: CodedFinding,
  record: PublishedRecord,
  state: RecordState | null,
  now: Date,
): Severity {
  if (code !== 'RECORD_MISSING') return MEANINGS[code].severity;
  const mayCome = !isTooLong(record.fqdn);
  if (mayCome && state !== null && statusOf(state, now) === 'pending') return 'info';
  return record.key === 'return_path' ? 'warning' : MEANINGS[code].severity;
}

function sourceOf({ said, evidence }: Sighting): RecordDiagnosis['source'] {
  return said.source ?? (evidence.delegation.kind === 'no-such-domain' ? 'resolver' : null);
}

function toNameServer({ name, address, outcome, ms }: Observation): NameServerObservation {
  switch (outcome.kind) {
    case 'present': {
      const alias = outcome.cname === null || outcome.values.includes(outcome.cname) ? [] : [outcome.cname];
      return { name, address, outcome: 'present', values: [...alias, ...outcome.values], ms };
    }
    case 'absent':
    case 'not-asked':
      return { name, address, outcome: outcome.kind, values: [], ms };
    case 'unknown':
      return { name, address, outcome: outcome.reason, values: [], ms };
  }
}
