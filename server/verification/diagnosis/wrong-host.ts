import { isWithin } from '../../dns/name.ts';
import type { ProbeFinding } from '../evidence.ts';
import { isValidMatch } from '../match-value.ts';
import { relativeTo } from '../survey/candidate-hosts.ts';
import { isAbsent, type Rule, type RuleInput, zoneOf } from './rule-input.ts';
import { add, changeHost } from './words.ts';

/**
 * The host was typed with a zone that the form appends by itself: `abc._domainkey.example.org.example.org`.
 * The names that are looked at are in misplaced-names.ts.
 */
export const HOST_DOUBLED: Rule = (input) => {
  const doubled = landedAt(input, 'doubled');
  if (doubled === undefined) return null;
  return {
    title: 'The domain is in the host name twice',
    detail: `There is nothing at ${input.record.fqdn}, but our record is at ${doubled.name}: the form adds the rest of the name by itself.`,
    fix: moveFrom(input, doubled),
    found: doubled.values,
  };
};

/** At the apex, at the bare selector, or with the subdomain left out or added. */
export const WRONG_HOST: Rule = (input) => {
  const elsewhere = landedAt(input, 'elsewhere');
  if (elsewhere === undefined) return null;
  return {
    title: 'The record is at another host name',
    detail: `There is nothing at ${input.record.fqdn}, but our record is at ${elsewhere.name}, where receivers don’t look for it.`,
    fix: moveFrom(input, elsewhere),
    found: elsewhere.values,
  };
};

function landedAt(input: RuleInput, purpose: ProbeFinding['purpose']): ProbeFinding | undefined {
  return isAbsent(input) ? input.evidence.findings.find((one) => one.purpose === purpose) : undefined;
}

/** In another zone's form, there is nothing to rename: the record is made anew where it belongs, and if it is mangled. */
function moveFrom(input: RuleInput, { name, zone, values }: ProbeFinding): string {
  const own = zoneOf(input);
  const inOwnZone = isWithin(name, own) && (zone === null || isWithin(own, zone));
  const ours = values.find((value) => isValidMatch(input.record, value));
  return inOwnZone && ours !== undefined ? changeHost(input, relativeTo(name, own), ours) : add(input);
}
