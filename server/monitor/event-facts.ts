import type { EventFacts } from '@letterhead/shared';
import { instantAfter } from '../instant.ts';
import { CHECK_LIMITS } from '../limits.ts';
import type { RecordId } from '../store/interface/domain-row.ts';
import type { StoredDiagnosis } from '../verification/stored-diagnosis.ts';

export type KeptRecords = Pick<StoredDiagnosis, 'records'>;

/** What is the matter with a record and what to do, as the diagnosis that the check made says it. */
export function problemFacts(found: KeptRecords, id: RecordId): EventFacts {
  const record = found.records[id];
  return record === undefined ? {} : { title: record.title, fix: record.fix, action: record.action };
}

/**
 * Until when caches may hold the right record at the latest, as one does that asked right before the check that found it
 * wrong. Nothing where the record was not right before, or its TTL is not known.
 */
export function cacheFacts(before: KeptRecords | undefined, id: RecordId, now: Date): EventFacts {
  const { state, ttl } = before?.records[id] ?? {};
  if (state !== 'valid' || ttl === undefined) return {};
  return { cached_until: instantAfter(now, Math.min(ttl * 1000, CHECK_LIMITS.longestTtl)) };
}
