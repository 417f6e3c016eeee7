import { AdviceSchema, registrableDomain } from '@letterhead/shared';
import { z } from 'zod';
import { dnsRecordOf } from '../records/dns-records.ts';
import { activeKeyOf } from '../records/record-states.ts';
import type { DomainRow, RecordId } from '../store/interface/domain-row.ts';
import type { JsonValue } from '../store/interface/events.ts';
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

/** Formats 1 and 2 knew of one record of each kind. */
function byKind<Schema extends z.ZodType>(schema: Schema) {
  return z.object({ dkim: schema.nullable(), return_path: schema.nullable() });
}

/** What was kept of each of the domain's records, under its id. */
function byId<Kept>(
  row: DomainRow,
  kept: { readonly dkim: Kept | null; readonly return_path: Kept | null },
  upgrade: (kept: Kept, id: RecordId) => StoredRecord | undefined,
): StoredDiagnosis['records'] {
  const entries = row.records.flatMap(({ id, kind }) => {
    const one = kind === 'cname' ? null : kept[kind];
    const upgraded = one === null ? undefined : upgrade(one, id);
    return upgraded === undefined ? [] : [[id, upgraded] as const];
  });
  return Object.fromEntries(entries);
}

/** Format 2 kept the words alone, without the facts that they were made from. */
const Format2Schema = z.object({
  format: z.literal(2),
  selector: z.string(),
  records: byKind(StoredRecordSchema.omit({ zone: true, found_at: true, action: true })),
  advice: z.array(AdviceSchema.omit({ action: true })),
});

/** The next check finds the facts; until then the words stand alone. */
function fromFormat2(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = Format2Schema.safeParse(kept);
  if (data?.selector !== activeKeyOf(row).selector) return undefined;
  const zone = registrableDomain(row);
  return {
    format: DIAGNOSIS_FORMAT,
    selector: data.selector,
    records: byId(row, data.records, (record) => ({ ...record, zone, found_at: null, action: null })),
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
  records: byKind(SeenRecordSchema),
  advice: AdviceEvidenceSchema,
});

/** Judges it as a check would today. */
function fromFormat1(row: DomainRow, kept: JsonValue | undefined): StoredDiagnosis | undefined {
  const { data } = Format1Schema.safeParse(kept);
  if (data?.selector !== activeKeyOf(row).selector) return undefined;
  const { selector, records, advice } = data;
  return {
    format: DIAGNOSIS_FORMAT,
    selector,
    records: byId(row, records, (seen, id) => {
      const evidence = truncated(row, id, seen.evidence);
      const judgement = judge(row, { [id]: evidence })[id];
      return judgement && { ...judgement.record, state: seen.state };
    }),
    advice: advise(row, advice),
  };
}

/** Evidence within the bounds of what a check judges. */
function truncated(row: DomainRow, id: RecordId, evidence: RecordEvidence): RecordEvidence {
  const record = dnsRecordOf(row, id);
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
