import type { RandomSource } from '../dkim/selector.ts';
import type { Dns } from '../dns/outcome.ts';
import type { Clock } from '../instant.ts';
import type { DomainRow } from '../store/store.ts';
import { surveyAdvice } from './advice/survey-advice.ts';
import type { CheckEvidence } from './evidence.ts';
import { publishedRecords, type RecordKey, registrableDomain } from './published-record.ts';
import { surveyRecord } from './record-survey.ts';
import { openResponsibleCheck } from './responsible-check.ts';
import type { SurveyContext } from './survey-context.ts';

export interface CheckNeeds {
  readonly dns: Dns;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/**
 * Looks at a domain's records in the DNS, all at once, and returns what it saw. Ends when `signal` does at the
 * latest: what has not been heard by then is unknown. Never throws for what DNS does.
 */
export async function checkDomain(
  needs: CheckNeeds,
  row: DomainRow,
  keys: readonly RecordKey[],
  signal: AbortSignal,
): Promise<CheckEvidence> {
  const context = await openSurvey(needs, row, signal);
  const due = publishedRecords(row).filter(({ key }) => keys.includes(key));
  const [advice, ...records] = await Promise.all([
    surveyAdvice(context),
    ...due.map(async (record) => [record.key, await surveyRecord(context, record)] as const),
  ]);
  return { selector: row.selector, records: Object.fromEntries(records), advice };
}

async function openSurvey(needs: CheckNeeds, row: DomainRow, signal: AbortSignal): Promise<SurveyContext> {
  const responsible = await openResponsibleCheck(needs.dns, registrableDomain(row), signal);
  return { ...needs, ...responsible, row, signal };
}
