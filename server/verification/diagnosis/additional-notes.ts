import type { DiagnosisCode } from '@letterhead/shared';
import { NEGATIVE_CACHED, TEST_MODE } from './correct-record.ts';
import { isCorrect, type RuleInput } from './rule-input.ts';
import { failures, sentence } from './transient-failures.ts';
import { list } from './words.ts';

/** What else was seen, which the code given does not tell: sentences that follow the finding's own. */
export function additionalNotes(input: RuleInput, code: DiagnosisCode): string[] {
  return [
    ...aboutOurRecord(input, code),
    ...otherPlaces(input, code),
    ...notJudged(input),
    ...disagreement(input),
    ...failures(input)
      .filter((failure) => failure.code !== code)
      .map(sentence),
    ...notAsked(input),
    ...budgetEnded(input),
  ];
}

function aboutOurRecord(input: RuleInput, code: DiagnosisCode): string[] {
  const sentences: string[] = [];
  if (code === 'NAMESERVERS_DISAGREE' && NEGATIVE_CACHED(input) !== null) {
    sentences.push('Some resolvers still remember that it was not there.');
  }
  const mayBeTested = code === 'NAMESERVERS_DISAGREE' || code === 'NEGATIVE_CACHED';
  if (mayBeTested && TEST_MODE(input) !== null) {
    sentences.push('The record also carries t=y, by which receivers may ignore it: take that out.');
  }
  return sentences;
}

/** Where the record landed additionalNotes the place that the finding tells of. */
function otherPlaces({ evidence }: RuleInput, code: DiagnosisCode): string[] {
  if (code !== 'HOST_DOUBLED' && code !== 'WRONG_HOST') return [];
  const landed = (['doubled', 'elsewhere'] as const).flatMap((purpose) =>
    evidence.findings.filter((one) => one.purpose === purpose).map(({ name }) => name),
  );
  const others = [...new Set(landed.slice(1))];
  return others.length === 0 ? [] : [`It is also at ${list(others)}, where nobody needs it.`];
}

function disagreement(input: RuleInput): string[] {
  return !isCorrect(input) && input.said.answers.length > 1
    ? ['The name servers don’t all say the same: each one’s answer is among the evidence.']
    : [];
}

/** Of many values at the name only some are judged (clip.ts). */
function notJudged({ record, said }: RuleInput): string[] {
  const clipped = said.answers.find(({ values, total }) => total > values.length);
  if (clipped === undefined) return [];
  const { values, total } = clipped;
  return [
    `There are ${total} ${record.type} records at the name; ${values.length} of them are looked into, those that hold our value first.`,
  ];
}

function notAsked({ evidence }: RuleInput): string[] {
  const servers = evidence.observations.filter(({ outcome }) => outcome.kind === 'not-asked');
  const names = [...new Set(servers.map(({ name }) => name))];
  if (names.length === 0) return [];
  return [
    names.length === 1
      ? `${list(names)} has no public address, and was not asked.`
      : `${list(names)} have no public addresses, and were not asked.`,
  ];
}

function budgetEnded({ evidence }: RuleInput): string[] {
  return evidence.budgetEnded === true
    ? [
        'Not every place was looked at where the record may have landed: this check’s budget of DNS questions was used up.',
      ]
    : [];
}
