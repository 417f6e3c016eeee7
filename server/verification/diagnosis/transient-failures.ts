import type { UnknownReason } from '../../dns/outcome.ts';
import { isTooLong } from '../../records/record-names.ts';
import { definitive } from '../answers.ts';
import type { Failure, FoundCode, Rule, ServerCode } from './finding.ts';
import type { RuleInput } from './rule-input.ts';

/** Nothing definitive was heard, for this reason. All of it is transient: what was known before still holds. */

export const DNS_TIMEOUT: Rule<'DNS_TIMEOUT'> = (input) => transientFailure(input, 'DNS_TIMEOUT');
export const DNS_SERVFAIL: Rule<'DNS_SERVFAIL'> = (input) => transientFailure(input, 'DNS_SERVFAIL');
export const DNS_REFUSED: Rule<'DNS_REFUSED'> = (input) => transientFailure(input, 'DNS_REFUSED');
export const DNS_LAME: Rule<'DNS_LAME'> = (input) => transientFailure(input, 'DNS_LAME');

export const RESOLVER_UNREACHABLE: Rule<'RESOLVER_UNREACHABLE'> = (input) =>
  codeFor(input) === 'RESOLVER_UNREACHABLE' ? { action: null } : null;

/** In the order of precedence. */
const SERVER_CODES: Record<UnknownReason, ServerCode> = {
  timeout: 'DNS_TIMEOUT',
  budget: 'DNS_TIMEOUT',
  unreachable: 'DNS_TIMEOUT',
  servfail: 'DNS_SERVFAIL',
  malformed: 'DNS_SERVFAIL',
  refused: 'DNS_REFUSED',
  lame: 'DNS_LAME',
};
const CODES: Record<UnknownReason | 'resolver-unreachable', FoundCode> = {
  ...SERVER_CODES,
  'resolver-unreachable': 'RESOLVER_UNREACHABLE',
};
const PRECEDENCE = [...new Set(Object.values(CODES))];

function transientFailure(input: RuleInput, code: ServerCode) {
  if (codeFor(input) !== code) return null;
  const { evidence } = input;
  const why = reasons(evidence);
  const resolverQuestion = evidence.delegation.kind === 'unknown' ? 'name-servers' : 'record';
  return {
    action: null,
    failures: failures(input).filter((failure) => failure.code === code),
    resolverQuestion,
    isBudget: why.length > 0 && why.every((reason) => reason === 'budget'),
  } as const;
}

/** Servers that gave no definitive answer at any of their addresses, by how they failed. */
export function failures({ evidence }: RuleInput): Failure[] {
  const answered = evidence.observations.filter(({ outcome }) => definitive(outcome).length > 0);
  const heard = new Set(answered.map(({ name }) => name));
  const groups = new Map<string, { code: ServerCode; isBudget: boolean; names: Set<string> }>();
  for (const { name, outcome } of evidence.observations) {
    if (outcome.kind !== 'unknown' || heard.has(name)) continue;
    const isBudget = outcome.reason === 'budget';
    const code = SERVER_CODES[outcome.reason];
    const group = groups.get(`${code} ${isBudget}`) ?? { code, isBudget, names: new Set() };
    group.names.add(name);
    groups.set(`${code} ${isBudget}`, group);
  }
  return [...groups.values()].map((group) => ({ ...group, names: [...group.names] }));
}

/** Null: something definitive was heard, or could be known without. That a domain does not exist is definitive, too. */
function codeFor({ source, evidence }: RuleInput): FoundCode | null {
  if (source !== null || evidence.delegation.kind === 'no-such-domain' || isTooLong(evidence.fqdn))
    return null;
  const codes = reasons(evidence).map((reason) => CODES[reason]);
  return PRECEDENCE.find((code) => codes.includes(code)) ?? 'DNS_TIMEOUT';
}

/** The servers' own; the resolver's where no server could be asked. */
function reasons({ observations, delegation, resolver }: RuleInput['evidence']) {
  const ofServers = observations.flatMap(({ outcome }) =>
    outcome.kind === 'unknown' ? [outcome.reason] : [],
  );
  if (ofServers.length > 0) return ofServers;
  if (delegation.kind === 'unknown') return [delegation.reason];
  return resolver?.kind === 'unknown' ? [resolver.reason] : [];
}
