import { addressesSeen, isFromWildcard } from './other-types.ts';
import { aliasTarget, isAbsent, observedValues, type Rule, type RuleInput } from './rule-input.ts';
import { add } from './words.ts';

/** A wildcard answers in the record's place: a random name beside it gets the same answer. */
export const WILDCARD_ANSWER: Rule = (input) => {
  if (!answersLikeSibling(input) && !hasOnlyWildcardAddresses(input)) return null;
  return {
    title: 'A wildcard record answers instead of ours',
    detail: `Names that nobody has published get the same answer as ${input.record.fqdn}: it comes from a wildcard record (*). Ours goes before it as soon as it is there; the wildcard can stay.`,
    fix: add(input),
  };
};

function answersLikeSibling(input: RuleInput): boolean {
  const { record, evidence } = input;
  if (isAbsent(input)) return false;
  const sibling = evidence.findings.find(
    ({ purpose, type }) => purpose === 'sibling' && type === record.type,
  );
  if (sibling === undefined) return false;
  const alias = record.type === 'CNAME' ? null : aliasTarget(input);
  if (alias !== null || (record.type !== 'CNAME' && sibling.cname !== null)) return sibling.cname === alias;
  const seen = observedValues(input);
  return seen.length === sibling.values.length && seen.every((value) => sibling.values.includes(value));
}

/** Addresses stand in for a CNAME; they say the least, so that a record found elsewhere goes before them. */
function hasOnlyWildcardAddresses(input: RuleInput): boolean {
  if (input.record.type !== 'CNAME' || !isAbsent(input)) return false;
  const landedElsewhere = input.evidence.findings.some(
    ({ purpose }) => purpose === 'doubled' || purpose === 'elsewhere',
  );
  const addresses = addressesSeen(input);
  return !landedElsewhere && addresses.length > 0 && addresses.every((one) => isFromWildcard(input, one));
}
