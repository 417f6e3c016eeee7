import type { Observation, Outcome, Present, RecordType } from '../dns/outcome.ts';
import type { FollowedAlias, RecordEvidence } from './evidence.ts';
import { totalOf } from './truncate.ts';

/** One definitive answer about a record, and who gave it. */
export interface Answer {
  /** Values of the record's type. Empty where the name has none. */
  readonly values: readonly string[];
  /** How many values there were: `values` are those of them that are judged. */
  readonly total: number;
  /** Target of the name where it is an alias. With no values, it leads nowhere. */
  readonly alias: string | null;
  /** The authorities that said so; none where the resolver did. */
  readonly servers: readonly Observation[];
}

/** What was said definitively about a record. */
export interface Answers {
  /** Different from each other, in the order that the servers were asked. None: nothing definitive was heard. */
  readonly answers: readonly Answer[];
  /** Null: nothing definitive was heard. */
  readonly source: 'authority' | 'resolver' | null;
  /** Every answer comes from those who are responsible for it, the end of an alias included. */
  readonly firstHand: boolean;
}

type Definitive = Exclude<Outcome, { kind: 'unknown' }>;

/** The answer at the end of a loop, and of more aliases than resolvers follow. */
const NOTHING: Definitive = { kind: 'absent', reason: 'nodata', negativeTtl: null };

/** The authorities' answers, silent servers aside; the resolver's where none of them gave one. */
export function answersOf(evidence: RecordEvidence): Answers {
  const heard = evidence.observations.flatMap((observation) =>
    definitive(observation.outcome).flatMap((outcome) => followed(outcome, evidence, [observation])),
  );
  if (heard.length > 0) {
    const firstHand = heard.every(({ alias }) => alias === null || saidAtTheEnd(evidence, alias).length > 0);
    return { answers: merged(heard), source: 'authority', firstHand };
  }
  const resolved = toldByResolver(evidence).map((outcome) => toAnswer(evidence, outcome, outcome, []));
  return { answers: resolved, source: resolved.length > 0 ? 'resolver' : null, firstHand: false };
}

export function definitive(outcome: Observation['outcome'] | null): Definitive[] {
  return outcome?.kind === 'present' || outcome?.kind === 'absent' ? [outcome] : [];
}

/** Whether a question about another type than CNAME met an alias. */
export function isAlias(
  asked: RecordType,
  outcome: Observation['outcome'],
): outcome is Present & { cname: string } {
  return asked !== 'CNAME' && outcome.kind === 'present' && outcome.cname !== null;
}

/**
 * An alias counts as what lies at its end: what a mail receiver's resolver finds there, or what the servers there
 * say themselves. Where neither is known, it says nothing.
 */
function followed(outcome: Definitive, evidence: RecordEvidence, servers: readonly Observation[]): Answer[] {
  if (!isAlias(evidence.type, outcome)) return [toAnswer(evidence, outcome, outcome, servers)];
  const { cname } = outcome;
  const told = isToldOf(cname, evidence) ? toldByResolver(evidence) : [];
  const ends = [saidAtTheEnd(evidence, cname), told].find((said) => said.length > 0);
  const unreached = followedFrom(evidence, cname)?.endless === true ? [NOTHING] : [];
  return (ends ?? unreached).map((end) => toAnswer(evidence, outcome, end, servers));
}

/**
 * An absence counts only with the zone's SOA, by which its server is entitled to it: without one, resolvers pass the
 * empty answers of lame servers on.
 */
function toldByResolver({ resolver }: RecordEvidence): Definitive[] {
  return definitive(resolver).filter((outcome) =>
    outcome.kind === 'absent'
      ? outcome.negativeTtl !== null
      : outcome.values.length > 0 || outcome.negativeTtl !== undefined,
  );
}

/** Whether the resolver's answer is that at the end of this alias: servers that disagree may each have one of their own. */
export function isToldOf(target: string, { resolver }: Pick<RecordEvidence, 'resolver'>): boolean {
  return resolver?.kind === 'present' && resolver.cname === target;
}

function saidAtTheEnd(evidence: RecordEvidence, target: string): Definitive[] {
  const alias = followedFrom(evidence, target);
  if (alias?.circular === true) return [NOTHING];
  const said = (alias?.observations ?? []).flatMap(({ outcome }) => definitive(outcome));
  return said.filter((outcome) => !isAlias(evidence.type, outcome) || outcome.values.length > 0);
}

/** Where the alias for `target` was found to lead; undefined where it was not followed. */
function followedFrom(
  { alias, otherAliases = [] }: RecordEvidence,
  target: string,
): FollowedAlias | undefined {
  return [...(alias === null ? [] : [alias]), ...otherAliases].find(({ from = target }) => from === target);
}

function toAnswer(
  { type }: RecordEvidence,
  start: Definitive,
  end: Definitive,
  servers: readonly Observation[],
): Answer {
  return {
    values: end.kind === 'present' ? end.values : [],
    total: totalOf(end),
    alias: isAlias(type, start) ? start.cname : null,
    servers,
  };
}

/** The same answer of several servers becomes one. */
function merged(answers: readonly Answer[]): Answer[] {
  const byContent = new Map<string, Answer>();
  for (const answer of answers) {
    const content = JSON.stringify([answer.alias, answer.total, answer.values.toSorted()]);
    const known = byContent.get(content);
    byContent.set(content, {
      ...answer,
      servers: [...new Set([...(known?.servers ?? []), ...answer.servers])],
    });
  }
  return [...byContent.values()];
}
