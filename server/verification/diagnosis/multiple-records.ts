import { withoutWhiteSpace } from '../../keys/tag-list.ts';
import type { DkimRecord } from '../../records/dns-records.ts';
import type { Answer } from '../answers.ts';
import { isValidMatch, judgeValue } from '../match-value.ts';
import { putRight, removeAllBut } from './actions.ts';
import { type Facts, type Rule, rule } from './finding.ts';
import { withoutQuotes } from './key-value.ts';
import { aliasTarget, answersLikeSibling, type RuleInput } from './rule-input.ts';

/** The form, or a person, cut the value and made a record of each piece. Receivers don't put them together. */
export const TXT_SPLIT_INTO_RECORDS: Rule<'TXT_SPLIT_INTO_RECORDS'> = rule('invalid', (input) => {
  const { record } = input;
  if (record.kind !== 'dkim') return null;
  const split = multipleAnswers(input).find(({ values }) => isSplit(record, values));
  return split === undefined ? null : { action: putRight(input), count: split.total };
});

/** Receivers may pick any of several TXT records (RFC 6376 §3.6.2.2), and some fail at once. */
export const MULTIPLE_RECORDS: Rule<'MULTIPLE_RECORDS'> = rule('invalid', (input) => {
  const { record } = input;
  const isOurs = (value: string) => isValidMatch(record, value);
  const answer = multipleAnswers(input).find(({ values }) => values.some(isOurs));
  const at = answer?.values.findIndex(isOurs) ?? -1;
  const keep = answer?.values[at];
  if (answer === undefined || keep === undefined) return null;
  // By position: a copy that was cut into other strings has the same text.
  const listed = answer.values.toSpliced(at, 1);
  const others = answer.total - 1;
  const copies = findCopies(keep, listed);
  // Nobody can pick one of several that look alike: one new record takes the place of all.
  const isReplaced = aliasTarget(input) !== null || copies !== null || answersLikeSibling(input);
  const action = isReplaced ? putRight(input) : removeAllBut(input, keep, listed, others);
  return { action, others, copies, found: answer.values };
});

/** How the values that read like this one differ from it; null where there is none. */
function findCopies(keep: string, others: readonly string[]): Facts<'MULTIPLE_RECORDS'>['copies'] {
  if (others.includes(keep)) return 'same-text';
  const text = withoutWhiteSpace(keep);
  return others.some((other) => withoutWhiteSpace(other) === text) ? 'white-space' : null;
}

function multipleAnswers({ answers }: RuleInput): Answer[] {
  return answers.filter(({ values }) => values.length > 1);
}

/** Whether our record can be put together from pieces that lie in different records, none of which holds it whole. */
function isSplit(record: DkimRecord, values: readonly string[]): boolean {
  const pieces = values.map(stripWhitespace);
  if ([...values, ...pieces].some((value) => isValidMatch(record, value))) return false;
  const wholes = [record.value, `v=DKIM1;${record.value}`];
  return wholes.some((whole) => canComplete(whole, '', pieces)) || isKeySplit(record, pieces);
}

/** Whether one piece is a record in a spelling of its own whose key goes on in others, which may be spelt like it. */
function isKeySplit(record: DkimRecord, pieces: readonly string[]): boolean {
  return pieces.some((head) => {
    const begun = partOfKey(record, head);
    const others = without(head, pieces).map((piece) => partOfKey(record, piece) ?? piece);
    return begun !== null && canComplete(record.publicKey, begun, others);
  });
}

function partOfKey(record: DkimRecord, piece: string): string | null {
  const judged = judgeValue(record, piece);
  return judged.kind === 'damaged-key' ? judged.key : null;
}

/** Takes the longest fitting piece each time: pieces of base64 that fit by chance are no longer than a few letters. */
function canComplete(whole: string, begun: string, pieces: readonly string[]): boolean {
  if (!whole.startsWith(begun)) return false;
  const missing = whole.slice(begun.length);
  if (missing === '') return true;
  const [next] = pieces
    .filter((piece) => piece !== '' && missing.startsWith(piece))
    .sort((one, other) => other.length - one.length);
  return next !== undefined && canComplete(whole, begun + next, without(next, pieces));
}

function without(one: string, pieces: readonly string[]): string[] {
  return pieces.filter((piece) => piece !== one);
}

function stripWhitespace(value: string): string {
  return withoutQuotes(value).replaceAll(/\s/g, '');
}
