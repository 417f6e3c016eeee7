import { addressesSeen, isFromWildcard } from './other-types.ts';
import { add } from './sentences.ts';
import { aliasSeen, isAbsent, type Rule, type Sighting, valuesSeen } from './sighting.ts';

/** A wildcard answers in the record's place: a random name beside it gets the same answer. */
export const WILDCARD_ANSWER: Rule = (sighting) => {
  if (!answersLikeSibling(sighting) && !hasOnlyWildcardAddresses(sighting)) return null;
  return {
    title: 'A wildcard record answers instead of ours',
    detail: `Names that nobody has published get the same answer as ${sighting.record.fqdn}: it comes from a wildcard record (*). Ours goes before it as soon as it is there; the wildcard can stay.`,
    fix: add(sighting),
  };
};

function answersLikeSibling(sighting: Sighting): boolean {
  const { record, evidence } = sighting;
  if (isAbsent(sighting)) return false;
  const sibling = evidence.findings.find(
    ({ purpose, type }) => purpose === 'sibling' && type === record.type,
  );
  if (sibling === undefined) return false;
  const alias = record.type === 'CNAME' ? null : aliasSeen(sighting);
  if (alias !== null || (record.type !== 'CNAME' && sibling.cname !== null)) return sibling.cname === alias;
  const seen = valuesSeen(sighting);
  return seen.length === sibling.values.length && seen.every((value) => sibling.values.includes(value));
}

/** Addresses stand in for a CNAME; they say the least, so that a record found elsewhere goes before them. */
function hasOnlyWildcardAddresses(sighting: Sighting): boolean {
  if (sighting.record.type !== 'CNAME' || !isAbsent(sighting)) return false;
  const landedElsewhere = sighting.evidence.findings.some(
    ({ purpose }) => purpose === 'doubled' || purpose === 'elsewhere',
  );
  const addresses = addressesSeen(sighting);
  return !landedElsewhere && addresses.length > 0 && addresses.every((one) => isFromWildcard(sighting, one));
}
