import { isWithin } from '../../dns/name.ts';
import type { Rule } from './rule-input.ts';
import { quoted } from './words.ts';

/** The registrable domain itself is not in the DNS: never registered, expired, or mistyped. */
export const DOMAIN_NOT_FOUND: Rule = (input) => {
  const { record, registrable, evidence } = input;
  if (evidence.delegation.kind !== 'no-such-domain') return null;
  // The resolver can be behind: a domain whose own zone answers exists.
  if (evidence.zone !== null && isWithin(evidence.zone, registrable)) return null;
  return {
    title: `${registrable} does not exist`,
    detail: `The DNS holds no domain ${registrable}: it is not registered, has expired, or is spelt otherwise.`,
    fix: `Register ${registrable} or renew its registration, and in its DNS zone add a ${record.type} record with the host ${quoted(record.hostname)} and the value ${quoted(record.value)}.`,
    found: [],
  };
};
