import { relativeHost } from '@letterhead/shared';
import { isWithin } from '../../dns/name.ts';
import type { ProbeFinding } from '../evidence.ts';
import { hasZoneAppended, isValidMatch } from '../match-value.ts';
import { add, changeHost } from './actions.ts';
import { type Rule, rule } from './finding.ts';
import { isAbsent, type RuleInput, zoneOf } from './rule-input.ts';

/**
 * The host was typed with a zone that the form appends by itself: `abc._domainkey.example.org.example.org`.
 * The names that are probed are made in survey/candidate-hosts.ts.
 */
export const HOST_DOUBLED: Rule<'HOST_DOUBLED'> = rule('missing', (input) => misplaced(input, 'doubled'));

/** The record is at the apex, at the bare selector, at a misspelt host, or with the subdomain left out or added. */
export const WRONG_HOST: Rule<'WRONG_HOST'> = rule('missing', (input) => misplaced(input, 'elsewhere'));

function misplaced(input: RuleInput, purpose: ProbeFinding['purpose']) {
  const misplaced = findMisplaced(input, purpose);
  if (misplaced === undefined) return null;
  return { action: relocate(input, misplaced), foundAt: misplaced.name, found: misplaced.values };
}

function findMisplaced(input: RuleInput, purpose: ProbeFinding['purpose']): ProbeFinding | undefined {
  return isAbsent(input) ? input.evidence.findings.find((one) => one.purpose === purpose) : undefined;
}

/** Moves the record within its zone's form; a mangled one, or one in another zone, is made anew where it belongs. */
function relocate(input: RuleInput, { name, zone, values }: ProbeFinding) {
  const own = zoneOf(input);
  const isInOwnZone = isWithin(name, own) && (zone === null || isWithin(own, zone));
  const value = values.find((one) => isValidMatch(input.record, one));
  if (isInOwnZone && value !== undefined) return changeHost(input, relativeHost(name, own), value);
  const isAppended =
    input.record.type === 'CNAME' && values.some((one) => hasZoneAppended(input.record, one));
  // With a dot at its end, the form takes the target as it is.
  return isAppended ? add(input, `${input.record.value}.`) : add(input);
}
