import type { Observation, Unknown, UnknownReason } from '../../dns/outcome.ts';
import { isTooLong } from '../../records/record-names.ts';
import { definitive } from '../answers.ts';
import { type Failure, type FoundCode, type Rule, rule, type ServerCode } from './finding.ts';
import { delegatedZone, isTargetUnheard, namesOf, type RuleInput } from './rule-input.ts';

/** Nothing definitive was heard, for this reason. All of it is transient: what was known before still holds. */

export const DNS_TIMEOUT: Rule<'DNS_TIMEOUT'> = rule('unknown', (input) =>
  transientFailure(input, 'DNS_TIMEOUT'),
);
export const DNS_SERVFAIL: Rule<'DNS_SERVFAIL'> = rule('unknown', (input) =>
  transientFailure(input, 'DNS_SERVFAIL'),
);
export const DNS_REFUSED: Rule<'DNS_REFUSED'> = rule('unknown', (input) =>
  transientFailure(input, 'DNS_REFUSED'),
);
export const DNS_LAME: Rule<'DNS_LAME'> = rule('unknown', (input) => transientFailure(input, 'DNS_LAME'));

export const RESOLVER_UNREACHABLE: Rule<'RESOLVER_UNREACHABLE'> = rule('unknown', (input) =>
  codeFor(input) === 'RESOLVER_UNREACHABLE' ? { action: null, ofKeyZone: isTargetUnheard(input) } : null,
);

/** Order of precedence. */
const SERVER_CODES: Record<UnknownReason, ServerCode> = {
  timeout: 'DNS_TIMEOUT',
  budget: 'DNS_TIMEOUT',
  unreachable: 'DNS_TIMEOUT',
  servfail: 'DNS_SERVFAIL',
  bogus: 'DNS_SERVFAIL',
  malformed: 'DNS_SERVFAIL',
  refused: 'DNS_REFUSED',
  lame: 'DNS_LAME',
};
const CODES: Record<UnknownReason | 'resolver-unreachable', FoundCode> = {
  ...SERVER_CODES,
  bogus: 'DNSSEC_BROKEN',
  'resolver-unreachable': 'RESOLVER_UNREACHABLE',
};
const LAME: UnknownReason = 'lame';
const PRECEDENCE = [...new Set(Object.values(CODES))];

function transientFailure(input: RuleInput, code: ServerCode) {
  if (codeFor(input) !== code) return null;
  const { evidence } = input;
  const why = reasons(evidence);
  const isUntold = evidence.delegation.kind !== 'found' || evidence.delegation.nameServers.length === 0;
  const failing = asked(evidence).filter(({ outcome }) => outcome.kind === 'unknown');
  return {
    action: null,
    failures: [...failuresOf(asked(evidence)), ...denials(evidence)].filter(
      (failure) => failure.code === code,
    ),
    areOfZoneAlone: failing.length > 0 && failing.every(({ namedBy }) => namedBy?.join() === 'child'),
    resolverQuestion: isUntold ? 'name-servers' : 'record',
    isBudget: why.length > 0 && why.every((reason) => reason === 'budget'),
    alias: evidence.alias?.target ?? null,
    delegated: delegatedZone(input),
  } as const;
}

/** Servers that say of their own domain that there is none, so that the resolver knows none, either. */
function denials({ delegation, observations }: RuleInput['evidence']): Failure[] {
  if (delegation.kind !== 'found' || delegation.resolverFailure !== 'lame') return [];
  const names = namesOf(observations.filter(({ outcome }) => outcome.kind === 'absent'));
  return names.length === 0 ? [] : [{ code: SERVER_CODES.lame, isBudget: false, names }];
}

/** Servers of the record's name that gave no definitive answer, by how they failed. */
export function failures({ evidence }: RuleInput): Failure[] {
  return failuresOf(evidence.observations);
}

/** The servers that an answer was awaited from: those at the end of an alias that others have told of. */
function asked({ alias, observations }: RuleInput['evidence']): readonly Observation[] {
  return alias === null ? observations : alias.observations;
}

/** Servers that gave no definitive answer at any of their addresses. */
function failuresOf(observations: readonly Observation[]): Failure[] {
  const answered = observations.filter(({ outcome }) => definitive(outcome).length > 0);
  const heard = new Set(answered.map(({ name }) => name));
  const groups = new Map<string, { failure: Omit<Failure, 'names'>; names: Set<string> }>();
  for (const observation of observations) {
    if (observation.outcome.kind !== 'unknown' || heard.has(observation.name)) continue;
    const failure = toFailure(observation, observation.outcome);
    const group = groups.get(JSON.stringify(failure)) ?? { failure, names: new Set() };
    group.names.add(observation.name);
    groups.set(JSON.stringify(failure), group);
  }
  return [...groups.values()].map(({ failure, names }) => ({ ...failure, names: [...names] }));
}

function toFailure({ address }: Observation, { reason, overTcp }: Unknown): Omit<Failure, 'names'> {
  const failure = { code: SERVER_CODES[reason], isBudget: reason === 'budget' };
  if (overTcp) return { ...failure, isOverTcp: true };
  return address === '' && reason !== 'budget' ? { ...failure, isWithoutAddress: true } : failure;
}

/** Null: something definitive was heard, or could be known without. That a domain does not exist is definitive, too. */
function codeFor({ source, evidence }: RuleInput): FoundCode | null {
  if (source !== null || evidence.delegation.kind === 'no-such-domain' || isTooLong(evidence.fqdn))
    return null;
  if (isTargetUnheard({ evidence })) return 'RESOLVER_UNREACHABLE';
  const codes = reasons(evidence).map((reason) => CODES[reason]);
  return PRECEDENCE.find((code) => codes.includes(code)) ?? 'DNS_TIMEOUT';
}

/** Why the servers gave no answer; why the resolver did not, where no server could be asked. */
function reasons(evidence: RuleInput['evidence']) {
  const { delegation, resolver } = evidence;
  const ofServers = asked(evidence).flatMap(({ outcome }) =>
    outcome.kind === 'unknown' ? [outcome.reason === 'bogus' ? ('servfail' as const) : outcome.reason] : [],
  );
  if (ofServers.length > 0) return ofServers;
  if (delegation.kind === 'unknown') return [delegation.reason];
  if (delegation.kind === 'found' && delegation.resolverFailure !== undefined)
    return [delegation.resolverFailure];
  if (resolver?.kind === 'unknown') return [resolver.reason];
  // An absence without an SOA: what resolvers make of lame servers.
  return resolver === null ? [] : [LAME];
}
