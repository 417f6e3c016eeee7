import type { Advice } from '@letterhead/shared';
import { activeKeyOf } from '../records/record-states.ts';
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
  return stored?.selector === activeKeyOf(row).selector ? stored : undefined;
}

/** What to keep after a check: what it found, and what was known of the records that it did not include. */
export function toKeptDiagnosis(
  previous: StoredDiagnosis | undefined,
  selector: string,
  judgements: Judgements,
  advice: Advice[],
): StoredDiagnosis {
  const entries: [string, Judgement][] = Object.entries(judgements);
  const latest = entries.map(([id, one]) => [id, toStoredRecord(one, previous?.records[id])]);
  return {
    format: DIAGNOSIS_FORMAT,
    selector,
    records: { ...previous?.records, ...Object.fromEntries(latest) },
    advice,
  };
}

function toStoredRecord({ verdict, record }: Judgement, known: StoredRecord | undefined): StoredRecord {
  return { ...record, state: verdict === 'unknown' ? (known?.state ?? 'unknown') : verdict };
}
