import type { Diagnosis, DiagnosisCode, RecordDiagnosis } from '@letterhead/shared';
import { worstOf } from '@letterhead/shared/rules';
import type { DnsForm, FormRecord } from './dns-form.ts';

/** The worst first; of two that are as bad the first, for mail needs the DKIM record most. */
export function mostUrgent(records: readonly RecordDiagnosis[]): RecordDiagnosis | undefined {
  return records.length === 0 ? undefined : worstOf(records);
}

/** What is left to do, as a heading: “Add 2 records to ”, for the zone to follow, or that all are published. */
export function checklistTitle({ records: listed }: DnsForm, diagnosis: Diagnosis | undefined): string {
  const records = listed.filter(isNeeded);
  const wrong = diagnosesOf(records, diagnosis).filter(isElsewhereOrWrong).length;
  const missing = records.length - wrong - countFound(records, diagnosis);
  if (wrong > 0 && missing > 0) return `Correct ${count(wrong)} and add ${missing} in `;
  if (wrong > 0) return `Correct ${count(wrong)} in `;
  if (missing > 0) return `Add ${count(missing)} to `;
  if (records.length === 1) return 'The record is published';
  return records.length === 2 ? 'Both records are published' : `All ${records.length} records are published`;
}

/** Whether mail depends on the record, now or from a rotation on: that of a retiring key may be gone. */
export function isNeeded({ key, stays }: FormRecord): boolean {
  return stays || key?.state !== 'retiring';
}

/** How many of the records are as whoever edits the DNS should have them. */
export function countFound(records: readonly FormRecord[], diagnosis: Diagnosis | undefined): number {
  return diagnosesOf(records, diagnosis).filter((one) => one.state === 'valid' || isOurFault(one)).length;
}

const OUR_FAULTS: ReadonlySet<DiagnosisCode> = new Set(['KEY_MISMATCH', 'TARGET_MISSING', 'TARGET_STALE']);

/** Whether the record is right, and what it leads to is not: a fault on Letterhead's side. */
export function isOurFault({ code }: RecordDiagnosis): boolean {
  return OUR_FAULTS.has(code);
}

function diagnosesOf(records: readonly FormRecord[], diagnosis: Diagnosis | undefined): RecordDiagnosis[] {
  const hosts = new Set(records.map(({ hostname }) => hostname));
  return diagnosis?.records.filter(({ hostname }) => hosts.has(hostname)) ?? [];
}

/**
 * Whether a record needs a panel that says what is the matter. A record that nobody has added yet needs none: the
 * checklist says to add it.
 */
export function isWrong({ status }: Diagnosis, { code, severity }: RecordDiagnosis): boolean {
  if (code === 'NOT_CHECKED') return false;
  if (code === 'RECORD_MISSING' && status === 'pending') return false;
  return severity === 'warning' || severity === 'error';
}

function isElsewhereOrWrong(record: RecordDiagnosis): boolean {
  const { state, found_at } = record;
  if (isOurFault(record)) return false;
  return state === 'invalid' || (state === 'missing' && found_at !== null);
}

function count(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}
