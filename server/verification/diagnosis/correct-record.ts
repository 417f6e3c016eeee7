import type { Action } from '@letterhead/shared';
import type { Observation, Outcome } from '../../dns/outcome.ts';
import { CHECK_LIMITS } from '../../limits.ts';
import { type Answer, definitive, isAlias } from '../answers.ts';
import { matches } from '../match-value.ts';
import { putRight, replace, replaceOthers } from './actions.ts';
import { type Rule, rule } from './finding.ts';
import { judgements } from './key-value.ts';
import { isCorrect, namesOf, type RuleInput } from './rule-input.ts';

/** The record is right, but its private key is not the one that is stored here: nothing that it signs would verify. */
export const KEY_MISMATCH: Rule<'KEY_MISMATCH'> = rule('invalid', (input) =>
  input.evidence.keyMismatch === true && isCorrect(input) ? { action: null } : null,
);

/** Some authorities have our record and some don't: the change is on its way, or the servers are set up apart. */
export const NAMESERVERS_DISAGREE: Rule<'NAMESERVERS_DISAGREE'> = rule('valid', (input) => {
  if (!isCorrect(input)) return null;
  const own = answersWithout(input);
  const servers = [...own.flatMap((answer) => answer.servers), ...endServersWithout(input)];
  if (servers.length === 0) return null;
  const { observations, alias } = input.evidence;
  // The end of an alias lies with somebody else, whose form is not ours to name.
  const action = own.length === 0 ? null : replaceAnswers(input, own);
  return { action, without: placesOf(servers, [...observations, ...(alias?.observations ?? [])]) };
});

/** Makes right what these servers have. */
export function replaceAnswers(input: RuleInput, answers: readonly Answer[]): Action {
  const alias = answers.find((answer) => answer.alias !== null)?.alias;
  return alias == null
    ? replace(input, Math.max(...answers.map(({ total }) => total)))
    : replaceOthers(input, [{ type: 'CNAME', values: [alias] }]);
}

/** The servers have our record, but the resolver still remembers that there was none. */
export const NEGATIVE_CACHED: Rule<'NEGATIVE_CACHED'> = rule('valid', (input) => {
  const { resolver, observed_at } = input.evidence;
  if (!isCorrect(input) || resolver === null || !saysAbsent(resolver)) return null;
  return { action: null, clearsAt: forgetsAt(resolver, observed_at) };
});

/** When a resolver forgets what it remembers of an absence; null where it has not said for how long it does. */
function forgetsAt(resolver: Outcome, observedAt: string): Date | null {
  const seconds = resolver.kind === 'unknown' ? null : resolver.negativeTtl;
  if (seconds == null) return null;
  return new Date(Date.parse(observedAt) + Math.min(seconds * 1000, CHECK_LIMITS.longestTtl));
}

/** An alias whose end is absent comes back as an alias alone. */
function saysAbsent(resolver: Outcome): boolean {
  return resolver.kind === 'absent' || (resolver.kind === 'present' && resolver.values.length === 0);
}

/** Our key, with `t=y`: receivers may treat the mail as if it were not signed (RFC 6376 §3.6.1). */
export const TEST_MODE: Rule<'TEST_MODE'> = rule('valid', (input) => {
  if (!isCorrect(input)) return null;
  const isTested = judgements(input).some((one) => one.kind === 'ours' && one.testMode);
  return isTested ? { action: putRight(input) } : null;
});

export const OK: Rule<'OK'> = rule('valid', (input) => {
  if (!isCorrect(input)) return null;
  const { resolver } = input.evidence;
  return {
    action: null,
    seenBy: input.source === 'authority' ? 'authority' : 'resolver',
    resolverDiffers: resolver?.kind === 'present' && !matches(input.record, resolver.values),
  };
});

/** The names of servers, with the address of one that answers otherwise at another address. */
function placesOf(lacking: readonly Observation[], all: readonly Observation[]): string[] {
  const elsewhere = answeringElsewhere(lacking, all);
  const places = lacking.map((one) => (elsewhere.includes(one) ? `${one.name} (${one.address})` : one.name));
  return [...new Set(places)];
}

/** Those of the servers that answer otherwise at another address of the same name. */
function answeringElsewhere(lacking: readonly Observation[], all: readonly Observation[]): Observation[] {
  const others = all.filter((one) => !lacking.includes(one) && definitive(one.outcome).length > 0);
  return lacking.filter(({ name, address }) =>
    others.some((other) => other.name === name && other.address !== address),
  );
}

/** Names of which one address has our record and another has not, as where one is that of a former server. */
export function namesOfTwoMinds(input: RuleInput): string[] {
  const lacking = answersWithout(input).flatMap(({ servers }) => servers);
  return namesOf(answeringElsewhere(lacking, input.evidence.observations));
}

/** Whoever names an alias to the right record has done all that it can do, though others disagree at its end. */
export function answersWithout({ record, answers }: RuleInput): Answer[] {
  const correct = answers.filter(({ values }) => matches(record, values));
  const having = new Set(correct.flatMap(({ servers }) => servers));
  return answers
    .filter((answer) => !correct.includes(answer))
    .map((answer) => ({ ...answer, servers: answer.servers.filter((server) => !having.has(server)) }))
    .filter(({ servers }) => servers.length > 0);
}

/** Servers at the end of an alias, where others there have our record: else it is the alias that is wrong. */
function endServersWithout({ record, evidence }: RuleInput): Observation[] {
  const atTheEnd = evidence.alias?.observations ?? [];
  const isRight = ({ outcome }: Observation) => outcome.kind === 'present' && matches(record, outcome.values);
  if (!atTheEnd.some(isRight)) return [];
  return atTheEnd.filter(({ outcome }) =>
    definitive(outcome).some(
      (one) => !isAlias(evidence.type, one) && (one.kind === 'absent' || !matches(record, one.values)),
    ),
  );
}
