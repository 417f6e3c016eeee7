import type { Observation, Outcome } from '../../dns/outcome.ts';
import { definitive, isAlias } from '../answers.ts';
import { judgeValue, matches } from '../match-value.ts';
import { hostOf, isCorrect, observedValues, type Rule, type RuleInput, zoneOf } from './rule-input.ts';
import { changeValue, inZone, list, quoted } from './words.ts';

/** Some authorities have our record and some don't: the change is on its way, or the servers are set up apart. */
export const NAMESERVERS_DISAGREE: Rule = (input) => {
  if (!isCorrect(input)) return null;
  const own = serversWithout(input);
  const without = [...own, ...endServersWithout(input)];
  if (without.length === 0) return null;
  const names = list([...new Set(without.map(({ name }) => name))]);
  return {
    title: 'Some of the name servers don’t have the record yet',
    detail: `Receivers that ask ${names} don’t find our record. After a change this passes by itself, mostly within an hour; where it stays, the name servers are not kept alike.`,
    // The end of an alias lies with somebody else, whose form is not ours to name.
    fix: own.length === 0 ? null : makeAlike(input, names),
  };
};

/** The servers have our record, but the resolver still remembers that there was none. */
export const NEGATIVE_CACHED: Rule = (input) => {
  const { resolver, observed_at } = input.evidence;
  if (!isCorrect(input) || resolver === null || !saysAbsent(resolver)) return null;
  return {
    title: 'Published; some resolvers still remember that it was not there',
    detail:
      'The domain’s own name servers answer with our record. A resolver that was asked before it was there repeats its old answer until that runs out by itself.',
    fix: null,
    clearsAt: forgetsAt(resolver, observed_at),
  };
};

/** When a resolver forgets what it remembers of an absence; null where it has not said for how long it does. */
function forgetsAt(resolver: Outcome, observedAt: string): Date | null {
  const seconds = resolver.kind === 'unknown' ? null : resolver.negativeTtl;
  return seconds == null ? null : new Date(Date.parse(observedAt) + seconds * 1000);
}

/** An alias whose end is absent comes back as an alias alone. */
function saysAbsent(resolver: Outcome): boolean {
  return resolver.kind === 'absent' || (resolver.kind === 'present' && resolver.values.length === 0);
}

/** Our key, with `t=y`: receivers may treat the mail as if it were not signed (RFC 6376 §3.6.1). */
export const TEST_MODE: Rule = (input) => {
  const { record } = input;
  if (record.key !== 'dkim' || !isCorrect(input)) return null;
  const judged = observedValues(input).map((value) => judgeValue(record, value));
  if (!judged.some((one) => one.kind === 'ours' && one.testMode)) return null;
  return {
    title: 'Published, but in test mode',
    detail:
      'The record is ours and carries t=y, which tells receivers that signing is only being tried out: they may ignore it.',
    fix: changeValue(input),
  };
};

export const OK: Rule = (input) => {
  if (!isCorrect(input)) return null;
  return {
    title: `The ${input.record.label} record is published`,
    detail:
      input.said.source === 'authority'
        ? okFirstHand(input)
        : 'The resolver finds it; none of the domain’s own name servers gave an answer.',
    fix: null,
  };
};

function okFirstHand({ evidence, record }: RuleInput): string {
  const { resolver } = evidence;
  if (resolver?.kind === 'present' && !matches(record, resolver.values)) {
    return 'The domain’s own name servers answer with it. Some resolvers still repeat what was there before, until that runs out.';
  }
  return 'The domain’s own name servers answer with it.';
}

function makeAlike(input: RuleInput, names: string): string {
  const { type, value } = input.record;
  return inZone(
    zoneOf(input),
    `make ${names} answer as the others do, with the ${type} record at the host ${quoted(hostOf(input))} and the value ${quoted(value)}`,
  );
}

/** Whoever names an alias to the right record has done all that it can do, though others disagree at its end. */
function serversWithout({ record, said }: RuleInput): Observation[] {
  const right = said.answers.filter(({ values }) => matches(record, values));
  const having = new Set(right.flatMap(({ servers }) => servers));
  const others = said.answers.filter((answer) => !right.includes(answer));
  return others.flatMap(({ servers }) => servers).filter((server) => !having.has(server));
}

function endServersWithout({ record, evidence }: RuleInput): Observation[] {
  const atTheEnd = evidence.alias?.observations ?? [];
  return atTheEnd.filter(({ outcome }) =>
    definitive(outcome).some(
      (one) => !isAlias(evidence.type, one) && (one.kind === 'absent' || !matches(record, one.values)),
    ),
  );
}
