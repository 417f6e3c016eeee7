import type { ProbeFinding } from '../evidence.ts';
import type { RuleInput } from './rule-input.ts';

/** What the record's name has of other types. */
export function otherTypesSeen({ evidence }: RuleInput): ProbeFinding[] {
  return evidence.findings.filter(({ purpose }) => purpose === 'other-type');
}

export function addressesSeen(input: RuleInput): ProbeFinding[] {
  return otherTypesSeen(input).filter(({ type }) => type === 'A' || type === 'AAAA');
}

/** Whether a random name beside the record's has the same. */
export function isFromWildcard({ evidence }: RuleInput, { type, values }: ProbeFinding): boolean {
  return evidence.findings.some(
    (one) =>
      one.purpose === 'sibling' && one.type === type && one.values.every((value) => values.includes(value)),
  );
}
