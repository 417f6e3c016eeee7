import { z } from 'zod';
import { dnsRecordOf, type RecordKey } from '../records/dns-records.ts';
import { mapRecords } from '../records/record-states.ts';
import type { DomainRow, JsonValue } from '../store/store.ts';
import { advise } from './advice/advise.ts';
import { AdviceEvidenceSchema, type RecordEvidence, RecordEvidenceSchema } from './evidence.ts';
import { relevanceTo } from './match-value.ts';
import { DIAGNOSIS_FORMAT, type StoredDiagnosis, type StoredRecord } from './stored-diagnosis.ts';
import { truncateAnswer, truncateObservations } from './truncate.ts';
import { judge } from './verdict.ts';

const SeenRecordSchema = z.object({
  /** The last definitive one; `unknown` before there was any. */
  state: z.enum(['valid', 'missing', 'invalid', 'unknown']),
  evidence: RecordEvidenceSchema,
});

/** Format 1 kept what a check saw as it was, and judged it at each reading. */
const EvidenceFormat1Schema = z.object({
  selector: z.string(),
  records: z.object(mapRecords(() => SeenRecordSchema.nullable())),
  advice: AdviceEvidenceSchema,
});

/**
 * What format 1 kept, judged as a check would judge it today. Undefined: it is no such evidence, or of another
 * selector.
 */
export function upgradeEvidence(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = EvidenceFormat1Schema.safeParse(kept);
  if (data?.selector !== row.selector) return undefined;
  const { selector, records, advice } = data;
  const latest = (key: RecordKey): StoredRecord | null => {
    const seen = records[key];
    if (seen === null) return null;
    const evidence = clipped(row, key, seen.evidence);
    const judgement = judge(row, { selector, records: { [key]: evidence }, advice })[key];
    return judgement === undefined ? null : { ...judgement.record, state: seen.state };
  };
  return {
    format: DIAGNOSIS_FORMAT,
    selector,
    records: mapRecords(latest),
    advice: advise(row, advice),
  };
}

/** Evidence within the bounds of what a check judges. */
function clipped(row: DomainRow, key: RecordKey, evidence: RecordEvidence): RecordEvidence {
  const record = dnsRecordOf(row, key);
  if (record === undefined) return evidence;
  const relevance = (value: string) => relevanceTo(record, value);
  const { observations, resolver, alias, findings } = evidence;
  return {
    ...evidence,
    observations: truncateObservations(observations, relevance),
    resolver: resolver === null ? null : truncateAnswer(resolver, relevance),
    alias:
      alias === null ? null : { ...alias, observations: truncateObservations(alias.observations, relevance) },
    findings: findings.map((finding) => ({
      ...finding,
      values: truncateAnswer({ kind: 'present', ...finding, ttl: 0 }, relevance).values,
    })),
  };
}
