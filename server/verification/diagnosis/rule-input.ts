import { isWithin } from '../../dns/name.ts';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { type Answers, answersOf } from '../answers.ts';
import type { RecordEvidence } from '../evidence.ts';
import { matches } from '../match-value.ts';
import { relativeTo } from '../survey/candidate-hosts.ts';

/** A record and what a check saw of it: what every rule is given. */
export interface RuleInput {
  readonly record: ExpectedRecord;
  /** The domain without its subdomain. */
  readonly registrable: string;
  readonly evidence: RecordEvidence;
  readonly said: Answers;
}

/** What a rule has to say where it applies. */
export interface Finding {
  /** What is the matter, in a few words. */
  readonly title: string;
  /** What was seen, and what follows from it: one sentence or a few. */
  readonly detail: string;
  /** One imperative sentence with the exact value to type; null where there is nothing to do. */
  readonly fix: string | null;
  /** Where that is not simply what was answered at the record's name. */
  readonly found?: readonly string[];
  /** When it will pass by itself. */
  readonly clearsAt?: Date | null;
}

/** Null: the rule does not apply. */
export type Rule = (input: RuleInput) => Finding | null;

export function toRuleInput(
  record: ExpectedRecord,
  registrable: string,
  evidence: RecordEvidence,
): RuleInput {
  return { record, registrable, evidence, said: answersOf(evidence) };
}

/** Everything that was answered at the record's name, each value once. */
export function observedValues({ said }: RuleInput): string[] {
  return [...new Set(said.answers.flatMap(({ values }) => values))];
}

/** Where the name is an alias: where it leads. */
export function aliasTarget({ said }: RuleInput): string | null {
  return said.answers.find(({ alias }) => alias !== null)?.alias ?? null;
}

export function isCorrect({ record, said }: RuleInput): boolean {
  return said.answers.some(({ values }) => matches(record, values));
}

/** All who answered definitively say that there is no such record, nor an alias. */
export function isAbsent({ said }: RuleInput): boolean {
  return said.answers.every(({ values, alias }) => values.length === 0 && alias === null);
}

/** The zone whose form the record is typed into: the one that its servers answer for. */
export function zoneOf({ record, registrable, evidence }: RuleInput): string {
  return evidence.zone !== null && isWithin(record.fqdn, evidence.zone) ? evidence.zone : registrable;
}

/** What is typed into the host field of that form. */
export function hostOf(input: RuleInput): string {
  return relativeTo(input.record.fqdn, zoneOf(input));
}
