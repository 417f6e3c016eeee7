import type { DiagnosisCode } from '@letterhead/shared';
import type { UnknownReason } from '../../dns/outcome.ts';
import { isTooLong } from '../../records/record-names.ts';
import { definitive } from '../answers.ts';
import type { Finding, Rule, RuleInput } from './rule-input.ts';
import { list } from './words.ts';

/** Nothing definitive was heard, for this reason. All of it is transient: what was known before still holds. */

export const DNS_TIMEOUT: Rule = (input) => transientFailure(input, 'DNS_TIMEOUT');
export const DNS_SERVFAIL: Rule = (input) => transientFailure(input, 'DNS_SERVFAIL');
export const DNS_REFUSED: Rule = (input) => transientFailure(input, 'DNS_REFUSED');
export const DNS_LAME: Rule = (input) => transientFailure(input, 'DNS_LAME');

export const RESOLVER_UNREACHABLE: Rule = (input) => {
  if (codeFor(input) !== 'RESOLVER_UNREACHABLE') return null;
  return {
    title: 'Our own DNS resolver can’t be reached',
    detail: `Nothing could be asked about ${input.record.fqdn}, for a reason on our side. What was known before still holds; it is asked again.`,
    fix: null,
  };
};

type ServerCode = Extract<DiagnosisCode, `DNS_${string}`>;
type TransientCode = ServerCode | 'RESOLVER_UNREACHABLE';

interface Words {
  readonly title: string;
  /** What the servers did, after their names. */
  readonly what: string;
}

const WORDS: Record<ServerCode, Words> = {
  DNS_TIMEOUT: {
    title: 'The name servers did not answer in time',
    what: 'did not answer',
  },
  DNS_SERVFAIL: {
    title: 'The name servers answered that they failed',
    what: 'answered with a failure (SERVFAIL), or with something that is no answer',
  },
  DNS_REFUSED: {
    title: 'The name servers refuse to answer for this domain',
    what: 'refused the question, as servers do that are not set up for the domain, or no longer',
  },
  DNS_LAME: {
    title: 'The name servers are not responsible for this domain',
    what: 'answered without being responsible: named as a server of the domain, but not set up to serve it',
  },
};

/** Of servers that our own bound kept from being asked. */
const BUDGET_ENDED: Words = {
  title: 'The check’s budget of DNS questions was used up',
  what: 'could not be asked any more: this check’s budget of questions was used up',
};

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
const CODES: Record<UnknownReason | 'resolver-unreachable', TransientCode> = {
  ...SERVER_CODES,
  'resolver-unreachable': 'RESOLVER_UNREACHABLE',
};
const PRECEDENCE = [...new Set(Object.values(CODES))];

function transientFailure(input: RuleInput, code: ServerCode): Finding | null {
  if (codeFor(input) !== code) return null;
  const why = reasons(input.evidence);
  const ours = why.length > 0 && why.every((reason) => reason === 'budget');
  const { title, what } = ours ? BUDGET_ENDED : WORDS[code];
  const ofServers = failures(input).filter((failure) => failure.code === code);
  const told = ofServers.length > 0 ? ofServers.map(sentence).join(' ') : `${askedResolver(input)} ${what}.`;
  return { title, detail: `${told} What was known before still holds; it is asked again.`, fix: null };
}

/** Servers that failed in the same way, and what they did. */
export interface Failure {
  readonly code: ServerCode;
  readonly names: readonly string[];
  readonly what: string;
}

export function sentence({ names, what }: Failure): string {
  return `${list(names)} ${what}.`;
}

/** Servers that gave no definitive answer at any of their addresses, by how they failed. */
export function failures({ evidence }: RuleInput): Failure[] {
  const answered = evidence.observations.filter(({ outcome }) => definitive(outcome).length > 0);
  const told = new Set(answered.map(({ name }) => name));
  const byWhat = new Map<string, { code: ServerCode; names: Set<string> }>();
  for (const { name, outcome } of evidence.observations) {
    if (outcome.kind !== 'unknown' || told.has(name)) continue;
    const code = SERVER_CODES[outcome.reason];
    const { what } = outcome.reason === 'budget' ? BUDGET_ENDED : WORDS[code];
    const failure = byWhat.get(what) ?? { code, names: new Set() };
    failure.names.add(name);
    byWhat.set(what, failure);
  }
  return [...byWhat].map(([what, { code, names }]) => ({ code, names: [...names], what }));
}

/** Null: something definitive was heard, or could be known without. That a domain does not exist is definitive, too. */
function codeFor({ said, evidence }: RuleInput): TransientCode | null {
  if (said.source !== null || evidence.delegation.kind === 'no-such-domain' || isTooLong(evidence.fqdn))
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

function askedResolver({ evidence, registrable }: RuleInput): string {
  return evidence.delegation.kind === 'unknown'
    ? `The resolver that was asked for the name servers of ${registrable}`
    : `The resolver that was asked about ${evidence.fqdn}`;
}
