import { removeDs } from './actions.ts';
import { type Facts, type Rule, rule } from './finding.ts';
import { aliasTarget, delegatedZone, isCorrect, type RuleInput } from './rule-input.ts';

/**
 * DNSSEC fails for the zone, or for the record alone: whoever validates gets no answer, whatever the name servers say.
 * Transient: it is no word about the record.
 */
export const DNSSEC_BROKEN: Rule<'DNSSEC_BROKEN'> = rule('unknown', (input) => {
  const { delegation, dnssec, resolver } = input.evidence;
  const isTold = delegation.kind === 'unknown' && delegation.reason === 'bogus';
  if (dnssec !== undefined || isTold)
    return broken(input, { at: 'zone', name: zoneAtRegistrar(input), proof: dnssec?.proof ?? 'resolver' });
  if (resolver?.kind !== 'unknown' || resolver.reason !== 'bogus') return null;
  const target = input.evidence.alias?.target ?? aliasTarget(input);
  const name = target ?? input.record.fqdn;
  return broken(input, { at: target === null ? 'record' : 'alias', name, proof: 'resolver' });
});

/** Only the registrable domain's DS records are at its registrar: the end of an alias lies with somebody else. */
function broken(
  input: RuleInput,
  what: Omit<Facts<'DNSSEC_BROKEN'>, 'action' | 'delegated' | 'isThere'>,
): Facts<'DNSSEC_BROKEN'> {
  const ds = input.evidence.dnssec?.ds ?? [];
  const delegated = what.at === 'record' ? delegatedZone(input) : null;
  const isAtRegistrar = what.at !== 'alias' && delegated === null;
  return {
    ...what,
    delegated,
    action: isAtRegistrar ? removeDs(zoneAtRegistrar(input), ds) : null,
    isThere: input.source === null ? null : isCorrect(input),
  };
}

function zoneAtRegistrar({ evidence: { delegation }, registrable }: RuleInput): string {
  return delegation.kind === 'found' ? delegation.zone : registrable;
}

/** The name servers have our record, but the resolver fails at its name, and so do those of some receivers. */
export const RESOLVER_FAILS: Rule<'RESOLVER_FAILS'> = rule('valid', (input) => {
  const { resolver } = input.evidence;
  const fails = resolver?.kind === 'unknown' && resolver.reason === 'servfail';
  return fails && isCorrect(input) ? { action: null } : null;
});
