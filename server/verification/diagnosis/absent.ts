import { isWithin } from '../../dns/name.ts';
import { isTooLong } from '../../records/record-names.ts';
import { add, register } from './actions.ts';
import { type Rule, rule } from './finding.ts';
import {
  answersLikeSibling,
  delegatedZone,
  isAbsent,
  isAddress,
  isFromWildcard,
  type RuleInput,
} from './rule-input.ts';

/** The registrable domain itself is not in the DNS: never registered, expired, or mistyped. */
export const DOMAIN_NOT_FOUND: Rule<'DOMAIN_NOT_FOUND'> = rule('missing', (input) => {
  const { registrable, evidence } = input;
  if (evidence.delegation.kind !== 'no-such-domain') return null;
  // The resolver can be behind: a domain whose own zone answers exists.
  if (evidence.zone !== null && isWithin(evidence.zone, registrable)) return null;
  return { action: register(input), found: [] };
});

/** A wildcard answers in the record's place: a random name beside it gets the same answer. */
export const WILDCARD_ANSWER: Rule<'WILDCARD_ANSWER'> = rule('invalid', (input) =>
  answersLikeSibling(input) || hasOnlyWildcardAddresses(input) ? { action: add(input) } : null,
);

/** There is no such record, and none of the other rules has an explanation. It always applies. */
export const RECORD_MISSING: Rule<'RECORD_MISSING'> = rule('missing', (input) => ({
  action: isTooLong(input.record.fqdn) ? null : add(input),
  delegated: delegatedZone(input),
}));

/** Addresses stand in for a CNAME; they say the least, so that a record found elsewhere goes before them. */
function hasOnlyWildcardAddresses(input: RuleInput): boolean {
  if (input.record.type !== 'CNAME' || !isAbsent(input)) return false;
  const { findings } = input.evidence;
  const isMisplaced = findings.some(({ purpose }) => purpose === 'doubled' || purpose === 'elsewhere');
  const addresses = findings.filter((one) => one.purpose === 'other-type' && isAddress(one));
  return !isMisplaced && addresses.length > 0 && addresses.every((one) => isFromWildcard(input, one));
}
