import { AdviceSchema, registrableDomain } from '@letterhead/shared';
import { z } from 'zod';
import { dnsRecordOf, type RecordKey } from '../records/dns-records.ts';
import { mapRecords } from '../records/record-states.ts';
import type { DomainRow, JsonValue } from '../store/store.ts';
import { advise } from './advice/advise.ts';
import { AdviceEvidenceSchema, type RecordEvidence, RecordEvidenceSchema } from './evidence.ts';
import { relevanceTo } from './match-value.ts';
import {
  DIAGNOSIS_FORMAT,
  type StoredDiagnosis,
  type StoredRecord,
  StoredRecordSchema,
} from './stored-diagnosis.ts';
import { truncateAnswer, truncateObservations } from './truncate.ts';
import { judge } from './verdict.ts';

/** What an earlier format kept, as it would be kept today. Undefined: it is no such thing, or of another selector. */
export function upgradeDiagnosis(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  return fromFormat2(row, kept) ?? fromFormat1(row, kept);
}

/** Format 2 kept the words alone, without the facts that they were made from. */
const Format2Schema = z.object({
  format: z.literal(2),
  selector: z.string(),
  records: z.object(
    mapRecords(() => StoredRecordSchema.omit({ zone: true, found_at: true, action: true }).nullable()),
  ),
  advice: z.array(AdviceSchema.omit({ action: true })),
});

/** The next check finds the facts; until then the words stand alone. */
function fromFormat2(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = Format2Schema.safeParse(kept);
  if (data === undefined) return undefined;
  const zone = registrableDomain(row);
  return {
    format: DIAGNOSIS_FORMAT,
    selector: data.selector,
    records: mapRecords((key) => {
      const record = data.records[key];
      return record === null ? null : { ...record, zone, found_at: null, action: null };
    }),
    advice: data.advice.map((one) => ({ ...one, action: null })),
  };
}

const SeenRecordSchema = z.object({
  /** The last definitive one; `unknown` before there was any. */
  state: z.enum(['valid', 'missing', 'invalid', 'unknown']),
  evidence: RecordEvidenceSchema,
});

/** Format 1 kept what a check saw as it was, and judged it at each reading. */
const Format1Schema = z.object({
  selector: z.string(),
  records: z.object(mapRecords(() => SeenRecordSchema.nullable())),
  advice: AdviceEvidenceSchema,
});

/** Judges it as a check would today. */
function fromFormat1(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = Format1Schema.safeParse(kept);
  if (data?.selector !== row.selector) return undefined;
  const { selector, records, advice } = data;
  const latest = (key: RecordKey): StoredRecord | null => {
    const seen = records[key];
    if (seen === null) return null;
    const evidence = truncated(row, key, seen.evidence);
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
function truncated(row: DomainRow, key: RecordKey, evidence: RecordEvidence): RecordEvidence {
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
