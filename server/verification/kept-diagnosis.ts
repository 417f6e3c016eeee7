import type { Advice } from '@letterhead/shared';
import { activeKeyOf, recordIdOf } from '../records/record-states.ts';
import type { DomainRow, RecordId } from '../store/interface/domain-row.ts';
import type { JsonValue } from '../store/interface/events.ts';
import { isTransient } from './diagnosis/codes.ts';
import {
  DIAGNOSIS_FORMAT,
  type StoredDiagnosis,
  StoredDiagnosisSchema,
  type StoredRecord,
} from './stored-diagnosis.ts';
import { upgradeDiagnosis } from './upgrade-diagnosis.ts';
import type { Judgement, Judgements } from './verdict.ts';

/** Undefined: none was kept, or of keys that the domain no longer has, or not readable; the next check makes it again. */
export function readKeptDiagnosis(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = StoredDiagnosisSchema.safeParse(kept);
  if (data === undefined) return upgradeDiagnosis(row, kept);
  return row.keys.some((key) => data.records[recordIdOf(key)] !== undefined) ? data : undefined;
}

/** What to keep after a check: what it found, and what was known of the records that it did not include. */
export function toKeptDiagnosis(
  previous: StoredDiagnosis | undefined,
  row: DomainRow,
  judgements: Judgements,
  advice: Advice[],
): StoredDiagnosis {
  const records = row.records.flatMap(({ id }) => {
    const [known, latest] = [previous?.records[id], judgements[id]];
    const record = latest === undefined ? known : toStoredRecord(latest, known);
    return record === undefined ? [] : [[id, record] as const];
  });
  return {
    format: DIAGNOSIS_FORMAT,
    selector: activeKeyOf(row).selector,
    records: Object.fromEntries(records),
    advice,
  };
}

function toStoredRecord({ verdict, record }: Judgement, known: StoredRecord | undefined): StoredRecord {
  if (verdict !== 'unknown') return { ...record, state: verdict, heard_at: record.observed_at };
  const ttl = known?.ttl === undefined ? {} : { ttl: known.ttl };
  return {
    ...record,
    ...ttl,
    state: known?.state ?? 'unknown',
    heard_at: lastHeard(known, record.observed_at),
  };
}

/** Not in the future, where a clock that was ahead may have put it. */
function lastHeard(known: StoredRecord | undefined, now: string): string {
  const heard = known?.heard_at ?? known?.observed_at ?? now;
  return Date.parse(heard) > Date.parse(now) ? now : heard;
}

/** What is known of a record's silence after a check that heard nothing definitive of it. */
export interface Silence {
  readonly record: RecordId;
  /** When something definitive was last heard. */
  readonly heardAt: Date;
  /** The check before heard nothing either: one check after a long stop, as at the start of a machine, proves nothing. */
  readonly isConfirmed: boolean;
}

/** Null: the check that `kept` was made by has heard something definitive of the record. */
export function silenceOf(
  record: RecordId,
  previous: StoredDiagnosis | undefined,
  kept: StoredDiagnosis,
): Silence | null {
  const now = kept.records[record];
  if (now === undefined || !isTransient(now.code)) return null;
  const before = previous?.records[record];
  const isConfirmed = before !== undefined && isTransient(before.code);
  return { record, heardAt: new Date(now.heard_at ?? now.observed_at), isConfirmed };
}
