import type { ProbeFinding } from '../evidence.ts';
import type { Sighting } from './sighting.ts';

/** What the record's name has of other types. */
export function otherTypesSeen({ evidence }: Sighting): ProbeFinding[] {
  return evidence.findings.filter(({ purpose }) => purpose === 'other-type');
}

export function addressesSeen(sighting: Sighting): ProbeFinding[] {
  return otherTypesSeen(sighting).filter(({ type }) => type === 'A' || type === 'AAAA');
}

/** Whether a random name beside the record's has the same. */
export function isFromWildcard({ evidence }: Sighting, { type, values }: ProbeFinding): boolean {
  return evidence.findings.some(
    (one) =>
      one.purpose === 'sibling' && one.type === type && one.values.every((value) => values.includes(value)),
  );
}
