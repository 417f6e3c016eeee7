import type { Observation } from '../../dns/outcome.ts';
import type { NameRecord } from '../../records/dns-records.ts';
import { definitive } from '../answers.ts';
import type { RecordEvidence } from '../evidence.ts';
import { add } from './actions.ts';
import { type Rule, rule } from './finding.ts';
import { isAbsent, isCorrect, namesOf, type RuleInput } from './rule-input.ts';

/** The CNAME record is right, but no server of the key zone has anything at its name: a fault on our side. */
export const TARGET_MISSING: Rule<'TARGET_MISSING'> = rule('invalid', (input) => {
  const wrong = wrongServers(input);
  const isMissing = wrong.length > 0 && textsOf(input).length === 0;
  return isMissing ? { action: null, without: namesOf(wrong) } : null;
});

/** The CNAME record is right, but a server of the key zone has something else at its name than it is to have. */
export const TARGET_STALE: Rule<'TARGET_STALE'> = rule('invalid', (input) => {
  const wrong = wrongServers(input);
  return wrong.length > 0 ? { action: null, without: namesOf(wrong), found: textsOf(input) } : null;
});

/** Of the two CNAME records, the one whose name has no key: keys can be rotated once it is there as well. */
export const SECOND_NAME_MISSING: Rule<'SECOND_NAME_MISSING'> = rule('missing', (input) => {
  const { record, source } = input;
  const isIdle = record.kind === 'cname' && record.keyState === null;
  return isIdle && source !== null && isAbsent(input) ? { action: add(input) } : null;
});

/** Whether every server of the key zone answers, and with what its name is to hold. */
export function isAtAllServers(record: NameRecord, { target }: RecordEvidence): boolean {
  const { observations } = target ?? { observations: [] };
  return observations.length > 0 && observations.every((observation) => isRight(record, observation));
}

function wrongServers(input: RuleInput): Observation[] {
  const { record, evidence } = input;
  if (record.kind !== 'cname' || !isCorrect(input)) return [];
  const answered =
    evidence.target?.observations.filter(({ outcome }) => definitive(outcome).length > 0) ?? [];
  return answered.filter((observation) => !isRight(record, observation));
}

function isRight({ text }: NameRecord, { outcome }: Observation): boolean {
  return outcome.kind === 'present' && outcome.values.length === 1 && outcome.values[0] === text;
}

function textsOf({ evidence }: RuleInput): string[] {
  const texts = evidence.target?.observations.flatMap(({ outcome }) =>
    outcome.kind === 'present' ? outcome.values : [],
  );
  return [...new Set(texts)];
}
