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
import { upgradeEvidence } from './upgrade-evidence.ts';
import type { Judgement, Judgements, Verdict } from './verdict.ts';

/** Undefined: none was kept, or of another selector, or not readable; the next check makes it again. */
export function readKeptDiagnosis(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const stored = StoredDiagnosisSchema.safeParse(kept).data ?? upgradeEvidence(row, kept);
  return stored?.selector === row.selector ? stored : undefined;
}

/** What to keep after a check: what it found out, and of the records that it did not look at what was known. */
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
  return { ...judgement.record, state: lastDefinitiveState(judgement, known) };
}

function lastDefinitiveState({ standing }: Verdict, known: StoredRecord | null): StoredRecord['state'] {
  switch (standing) {
    case 'unknown':
      return known?.state ?? 'unknown';
    case 'right':
      return 'valid';
    case 'missing':
    case 'invalid':
      return standing;
  }
}
