import { registrableDomain } from '@letterhead/shared';
import { CheckBudget } from '../../dns/check-budget.ts';
import type { CheckOptions, Dns } from '../../dns/outcome.ts';
import type { Clock } from '../../instant.ts';
import type { KeyProof } from '../../keys/prove-key.ts';
import type { RandomSource } from '../../random.ts';
import { checkedRecordsOf, type ExpectedRecord } from '../../records/dns-records.ts';
import { activeKeyOf, recordIdOf } from '../../records/record-states.ts';
import type { DomainRow, RecordId } from '../../store/store.ts';
import type { CheckEvidence, RecordEvidence } from '../evidence.ts';
import { openAuthorityCheck } from './authority.ts';
import { explain, surveyRecord } from './record-survey.ts';
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
  const mismatched = findMismatched(deps, row);
  const [advice, records] = await Promise.all([
    surveyAdvice(context),
    surveyRecords(context, due, mismatched),
  ]);
  return { selector: activeKeyOf(row).selector, records, advice };
}

/** The records of keys that sign, or are to, where the private key that is stored is not the one of the public key. */
async function findMismatched({ proveKey }: CheckDeps, row: DomainRow): Promise<RecordId[]> {
  const owner = { account: row.account_id, domain: row.id };
  const mismatched = row.keys.map(async (key): Promise<RecordId[]> => {
    const isFine =
      key.private_key === null || (await proveKey({ ...key, private_key: key.private_key }, owner));
    return isFine ? [] : [recordIdOf(key)];
  });
  return (await Promise.all(mismatched)).flat();
}

async function surveyRecords(
  context: SurveyContext,
  records: readonly ExpectedRecord[],
  mismatched: Promise<RecordId[]>,
): Promise<CheckEvidence['records']> {
  const seen = await Promise.all(records.map((record) => surveyRecord(context, record)));
  const [dnssec, mismatches] = await Promise.all([context.check.dnssecFailure(), mismatched]);
  const explained = seen.map(async (one): Promise<[RecordId, RecordEvidence]> => {
    const { id } = one.record;
    // Where else the record of a revoked key may be doesn't matter to anybody.
    const evidence = isRevoked(one.record) ? one.evidence : await explain(context, one);
    const facts = {
      ...(dnssec === null ? {} : { dnssec }),
      ...(mismatches.includes(id) ? { keyMismatch: true as const } : {}),
    };
    return [id, { ...evidence, ...facts }];
  });
  return Object.fromEntries(await Promise.all(explained));
}

function isRevoked(record: ExpectedRecord): boolean {
  return record.kind === 'dkim' && record.keyState === 'revoked';
}
