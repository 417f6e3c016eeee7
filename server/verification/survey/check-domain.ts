import { registrableDomain } from '@letterhead/shared';
import { CheckBudget } from '../../dns/check-budget.ts';
import type { CheckOptions, Dns } from '../../dns/outcome.ts';
import type { Clock } from '../../instant.ts';
import type { KeyProof } from '../../keys/prove-key.ts';
import type { RandomSource } from '../../random.ts';
import { checkedRecordsOf, type ExpectedRecord } from '../../records/dns-records.ts';
import { activeKeyOf, hasPrivateKey, keyOf } from '../../records/record-states.ts';
import type { DomainRow, RecordId } from '../../store/interface/domain-row.ts';
import { answersOf } from '../answers.ts';
import { isCorrect } from '../diagnosis/rule-input.ts';
import type { CheckEvidence, RecordEvidence } from '../evidence.ts';
import { openAuthorityCheck } from './authority.ts';
import { isDelegationOutdated } from './outdated-delegation.ts';
import { explain, type SeenRecord, surveyRecord } from './record-survey.ts';
import { surveyAdvice } from './survey-advice.ts';
import type { SurveyContext } from './survey-context.ts';

export interface CheckDeps {
  readonly dns: Dns;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly proveKey: KeyProof;
}

/**
 * Looks at a domain's records in the DNS, all at once, and returns what it saw. Ends when `signal` does at the
 * latest, and asks no more than `CHECK_LIMITS` allows: what has not been heard by then is unknown. The records
 * themselves go first, so that looking elsewhere for one of them takes nothing from another; advice has a part of the
 * budget for itself. Never throws for what DNS does.
 */
export async function checkDomain(
  deps: CheckDeps,
  row: DomainRow,
  ids: readonly RecordId[],
  { signal, reusesAnswers = false }: Pick<CheckOptions, 'signal' | 'reusesAnswers'>,
): Promise<CheckEvidence> {
  const options = { signal, owner: row.account_id, budget: new CheckBudget(), reusesAnswers };
  const responsible = await openAuthorityCheck(deps.dns, registrableDomain(row), options);
  const context = { ...deps, ...responsible, row, options };
  const due = checkedRecordsOf(row).filter(({ id }) => ids.includes(id));
  const [advice, records] = await Promise.all([surveyAdvice(context), surveyRecords(context, deps, due)]);
  return { selector: activeKeyOf(row).selector, records, advice };
}

/** Whether a record publishes a key as it should, and the private key that is stored is not the one of it. */
async function isMismatch(
  row: DomainRow,
  { proveKey }: CheckDeps,
  { record }: SeenRecord,
  evidence: RecordEvidence,
): Promise<boolean> {
  const key = keyOf(row, record.id);
  if (
    key === undefined ||
    !hasPrivateKey(key) ||
    !isCorrect({ record, answers: answersOf(evidence).answers })
  )
    return false;
  return !(await proveKey(key, { account: row.account_id, domain: row.id }));
}

async function surveyRecords(
  context: SurveyContext,
  deps: CheckDeps,
  records: readonly ExpectedRecord[],
): Promise<CheckEvidence['records']> {
  const seen = await Promise.all(records.map((record) => surveyRecord(context, record)));
  const dnssec = await context.check.dnssecFailure();
  const isOutdated = await isDelegationOutdated(context);
  const explained = seen.map(async (one): Promise<[RecordId, RecordEvidence]> => {
    // Where else the record of a revoked key may be doesn't matter to anybody.
    const evidence = isRevoked(one.record) ? one.evidence : await explain(context, one);
    const facts = {
      ...(dnssec === null ? {} : { dnssec }),
      ...(isOutdated ? { outdatedDelegation: true as const } : {}),
      ...((await isMismatch(context.row, deps, one, evidence)) ? { keyMismatch: true as const } : {}),
    };
    return [one.record.id, { ...evidence, ...facts }];
  });
  return Object.fromEntries(await Promise.all(explained));
}

function isRevoked(record: ExpectedRecord): boolean {
  return record.kind === 'dkim' && record.keyState === 'revoked';
}
