import type { Advice } from '@letterhead/shared';
import type { RecordKey } from '../records/dns-records.ts';
import { mapRecords } from '../records/record-states.ts';
import type { DomainRow, JsonValue } from '../store/store.ts';
import {
  DIAGNOSIS_FORMAT,
  type StoredDiagnosis,
  StoredDiagnosisSchema,
  type StoredRecord,
} from './stored-diagnosis.ts';
import { upgradeDiagnosis } from './upgrade-diagnosis.ts';
import type { Judgement, Judgements } from './verdict.ts';

/** Undefined: none was kept, or of another selector, or not readable; the next check makes it again. */
export function readKeptDiagnosis(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const stored = StoredDiagnosisSchema.safeParse(kept).data ?? upgradeDiagnosis(row, kept);
  return stored?.selector === row.selector ? stored : undefined;
}

/** What to keep after a check: what it found, and what was known of the records that it did not include. */
export function toKeptDiagnosis(
  previous: StoredDiagnosis | undefined,
  selector: string,
  judgements: Judgements,
  advice: Advice[],
): StoredDiagnosis {
  const latest = (key: RecordKey) => latestOf(previous?.records[key] ?? null, judgements[key]);
  return {
    format: DIAGNOSIS_FORMAT,
    selector,
    records: mapRecords(latest),
    advice,
  };
}

function latestOf(known: StoredRecord | null, judgement: Judgement | undefined): StoredRecord | null {
  if (judgement === undefined) return known;
  const { verdict, record } = judgement;
  return { ...record, state: verdict === 'unknown' ? (known?.state ?? 'unknown') : verdict };
}
