import { relativeHost } from '@letterhead/shared';
import { isWithin } from '../../dns/name.ts';
import type { NamedBy } from '../../dns/outcome.ts';
import type { ExpectedRecord } from '../../records/dns-records.ts';
import { type Answers, answersOf, definitive } from '../answers.ts';
import type { ProbeFinding, RecordEvidence } from '../evidence.ts';
import { matches } from '../match-value.ts';

/** A record and what a check saw of it: what every rule is given. */
export interface RuleInput extends Answers {
  readonly record: ExpectedRecord;
  readonly registrable: string;
  readonly evidence: RecordEvidence;
}

export function toRuleInput(
  record: ExpectedRecord,
  registrable: string,
  evidence: RecordEvidence,
): RuleInput {
  const heard = answersOf(evidence);
  const isRight = isCorrect({ record, answers: heard.answers });
  const isHeard = isRight ? !isTargetUnheard({ evidence }) : !isOneSided(evidence);
  const counted = isHeard ? heard : NOTHING_HEARD;
  return { record, registrable, evidence, ...counted };
}

/** Whether the CNAME record of a key is right, and none of the key zone's servers says what is at its name. */
export function isTargetUnheard({ evidence: { target } }: Pick<RuleInput, 'evidence'>): boolean {
  return target?.observations.every(({ outcome }) => definitive(outcome).length === 0) ?? false;
}

const NOTHING_HEARD: Answers = { answers: [], source: null, firstHand: false };
export const SIDES: readonly NamedBy[] = ['parent', 'child'];

/**
 * Whether only one of the zone and the zone above it has been heard, while they name different servers or the zone's own
 * are not known: receivers may be told otherwise by the other side, so that nothing wrong counts.
 */
function isOneSided({ delegation, observations }: RecordEvidence): boolean {
  if (delegation.kind === 'found' && delegation.nameServers.length === 0) return true;
  const differing = observations.filter(({ namedBy }) => namedBy !== undefined);
  if (differing.length === 0) return false;
  return !SIDES.every((side) =>
    differing.some(({ namedBy, outcome }) => namedBy?.includes(side) && outcome.kind !== 'unknown'),
  );
}

/** The zone that holds the record's name, where it is delegated below the registrable domain; else null. */
export function delegatedZone({ evidence, registrable }: RuleInput): string | null {
  const { zone } = evidence;
  return zone !== null && zone !== registrable && isWithin(zone, registrable) ? zone : null;
}

/** Name servers that answered definitively. */
export function answeringServers({ answers }: RuleInput): string[] {
  return namesOf(answers.flatMap(({ servers }) => servers));
}

export function namesOf(servers: readonly { readonly name: string }[]): string[] {
  return [...new Set(servers.map(({ name }) => name))];
}

/** Everything that was answered at the record's name, each value once. */
export function observedValues({ answers }: RuleInput): string[] {
  return [...new Set(answers.flatMap(({ values }) => values))];
}

/** The target of the name where it is an alias. */
export function aliasTarget(input: RuleInput): string | null {
  return aliasTargets(input)[0] ?? null;
}

/** Servers that disagree may each have one of their own. */
export function aliasTargets({ answers }: RuleInput): string[] {
  return [...new Set(answers.flatMap(({ alias }) => alias ?? []))];
}

export function isCorrect({ record, answers }: Pick<RuleInput, 'record' | 'answers'>): boolean {
  return answers.some(({ values }) => matches(record, values));
}

/** Whether all who answered definitively say that there is no such record, nor an alias. */
export function isAbsent({ answers }: RuleInput): boolean {
  return answers.every(({ values, alias }) => values.length === 0 && alias === null);
}

/** Where a DNAME record above the record's name leads: below it, no form takes a record. Null: there is none. */
export function renamedTo({ evidence }: RuleInput): { readonly name: string; readonly zone: string } | null {
  const { alias } = evidence;
  return isBelowDname({ evidence }) && alias?.zone !== undefined
    ? { name: alias.target, zone: alias.zone }
    : null;
}

export function isBelowDname({ evidence }: Pick<RuleInput, 'evidence'>): boolean {
  return evidence.observations.some(
    ({ outcome }) => outcome.kind === 'present' && outcome.throughDname === true,
  );
}

/** The zone whose form the record is typed into: the one that its servers answer for. */
export function zoneOf(input: RuleInput): string {
  const { record, registrable, evidence } = input;
  const renamed = renamedTo(input);
  if (renamed !== null) return renamed.zone;
  return evidence.zone !== null && isWithin(record.fqdn, evidence.zone) ? evidence.zone : registrable;
}

/** The host as it is typed into that zone's form. */
export function hostOf(input: RuleInput): string {
  return relativeHost(renamedTo(input)?.name ?? input.record.fqdn, zoneOf(input));
}

/**
 * What the record's name has of other types; what a wildcard answers everywhere is left out. Of a name that is a zone of
 * its own, only what delegates it: the rest is in that zone.
 */
export function otherTypes(input: RuleInput): ProbeFinding[] {
  const found = input.evidence.findings.filter(
    (one) => one.purpose === 'other-type' && !isFromWildcard(input, one),
  );
  const delegation = found.filter(({ type }) => type === 'NS');
  return delegation.length === 0 ? found : delegation;
}

/** Whether a random name beside the record's gets the same answer: then that is a wildcard's. */
export function answersLikeSibling(input: RuleInput): boolean {
  const { record, evidence } = input;
  if (isAbsent(input)) return false;
  const sibling = evidence.findings.find(
    ({ purpose, type }) => purpose === 'sibling' && type === record.type,
  );
  if (sibling === undefined) return false;
  const alias = record.type === 'CNAME' ? null : aliasTarget(input);
  if (alias !== null || (record.type !== 'CNAME' && sibling.cname !== null)) return sibling.cname === alias;
  const seen = observedValues(input);
  return seen.length === sibling.values.length && seen.every((value) => sibling.values.includes(value));
}

/** Whether a random name beside the record's has the same. */
export function isFromWildcard({ evidence }: RuleInput, { type, values }: ProbeFinding): boolean {
  return evidence.findings.some(
    (one) =>
      one.purpose === 'sibling' &&
      one.type === type &&
      one.cname === null &&
      one.values.every((value) => values.includes(value)),
  );
}

export function isAddress({ type }: ProbeFinding): boolean {
  return type === 'A' || type === 'AAAA';
}
