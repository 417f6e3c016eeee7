import { AdviceSchema, DiagnosisCodeSchema, RecordDiagnosisSchema } from '@letterhead/shared';
import { z } from 'zod';

/** Format of what is kept beside a domain; upgrade-diagnosis.ts reads earlier ones. */
export const DIAGNOSIS_FORMAT = 3;

/**
 * What was found out about a record when it was last checked. What follows from the row, the code or the time is not
 * repeated: diagnose.ts adds it.
 */
export const StoredRecordSchema = RecordDiagnosisSchema.pick({
  source: true,
  title: true,
  detail: true,
  fix: true,
  zone: true,
  found_at: true,
  action: true,
  found: true,
  nameservers: true,
}).extend({
  state: RecordDiagnosisSchema.shape.state.exclude(['unchecked']),
  code: DiagnosisCodeSchema.exclude(['NOT_CHECKED']),
  observed_at: z.iso.datetime(),
  clears_at: z.iso.datetime().nullable(),
  /** When something definitive was last heard of it, or the first check was made; earlier versions did not keep it. */
  heard_at: z.iso.datetime().exactOptional(),
  /** For how many seconds caches may hold the right record that was found last; absent where that is not known. */
  ttl: z.number().exactOptional(),
});
export type StoredRecord = z.infer<typeof StoredRecordSchema>;

/** What is kept beside a domain: of each record what its last check concluded. */
export const StoredDiagnosisSchema = z.object({
  format: z.literal(DIAGNOSIS_FORMAT),
  selector: z.string(),
  /** By the record's id. */
  records: z.record(z.string(), StoredRecordSchema),
  advice: z.array(AdviceSchema),
});
export type StoredDiagnosis = z.infer<typeof StoredDiagnosisSchema>;
