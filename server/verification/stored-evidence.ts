import type { JsonValue } from '../store/store.ts';
import {
  type CheckEvidence,
  type RecordSighting,
  type StoredEvidence,
  StoredEvidenceSchema,
} from './evidence.ts';
import type { RecordKey } from './published-record.ts';
import type { Verdict, Verdicts } from './verdict.ts';

/** Undefined: none was kept, or of another selector, or not readable; it can be had again by a check. */
export function readStoredEvidence(
  kept: JsonValue | undefined,
  selector: string,
): StoredEvidence | undefined {
  const { data } = StoredEvidenceSchema.safeParse(kept);
  return data?.selector === selector ? data : undefined;
}

/** What to keep after a check: what it saw, and of the records that it did not look at what was known. */
export function toStoredEvidence(
  previous: StoredEvidence | undefined,
  fresh: CheckEvidence,
  verdicts: Verdicts,
): StoredEvidence {
  const latest = (key: RecordKey) => sighting(key, previous, fresh, verdicts[key]);
  return {
    selector: fresh.selector,
    records: { dkim: latest('dkim'), return_path: latest('return_path') },
    advice: fresh.advice,
  };
}

function sighting(
  key: RecordKey,
  previous: StoredEvidence | undefined,
  fresh: CheckEvidence,
  verdict: Verdict | undefined,
): RecordSighting | null {
  const known = previous?.records[key] ?? null;
  const evidence = fresh.records[key];
  if (evidence === undefined || verdict === undefined) return known;
  return { state: lastDefinitiveState(verdict, known), evidence };
}

function lastDefinitiveState(verdict: Verdict, known: RecordSighting | null): RecordSighting['state'] {
  switch (verdict.standing) {
    case 'unknown':
      return known?.state ?? 'unknown';
    case 'right':
      return 'valid';
    case 'missing':
    case 'invalid':
      return verdict.standing;
  }
}
