import type { DomainRow } from '../store/store.ts';
import { type FoundCode, findCode, MEANINGS, type Standing } from './diagnosis/rules.ts';
import { sight } from './diagnosis/sighting.ts';
import type { CheckEvidence } from './evidence.ts';
import {
  type PublishedRecord,
  publishedRecords,
  type RecordKey,
  registrableDomain,
} from './published-record.ts';

/** What a check says of one record. */
export interface Verdict {
  readonly standing: Standing;
  /** From those who are responsible for the name: only then may `verified` be taken away. */
  readonly firstHand: boolean;
  readonly code: FoundCode;
}

export type Verdicts = { readonly [Key in RecordKey]?: Verdict };

/** Judges what a check saw. The evidence must be of the row's selector. */
export function judge(row: DomainRow, evidence: CheckEvidence): Verdicts {
  return Object.fromEntries(
    publishedRecords(row).flatMap((record) => {
      const verdict = judgeRecord(row, record, evidence);
      return verdict === null ? [] : [[record.key, verdict]];
    }),
  );
}

function judgeRecord(row: DomainRow, record: PublishedRecord, evidence: CheckEvidence): Verdict | null {
  const seen = evidence.records[record.key];
  if (seen === undefined) return null;
  const sighting = sight(record, registrableDomain(row), seen);
  const { code } = findCode(sighting);
  return { code, standing: MEANINGS[code].standing, firstHand: sighting.said.firstHand };
}
