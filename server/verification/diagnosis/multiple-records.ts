import type { DkimRecord } from '../../records/dns-records.ts';
import type { Answer } from '../answers.ts';
import { isValidMatch, judgeValue } from '../match-value.ts';
import { aliasTarget, type Rule, type RuleInput } from './rule-input.ts';
import { withoutQuotes } from './spelling.ts';
import { putRight, removeAllBut } from './words.ts';

/** The form, or a person, cut the value and made a record of each piece. Receivers don't put them together. */
export const TXT_SPLIT_INTO_RECORDS: Rule = (input) => {
  const { record } = input;
  if (record.key !== 'dkim') return null;
  const split = multipleAnswers(input).find(({ values }) => isSplit(record, values));
  if (split === undefined) return null;
  return {
    title: 'The value is split into separate TXT records',
    detail: `The pieces of our value lie in ${split.total} TXT records of the same name. Receivers take each for a whole; a long value has to be one record, which may hold several strings.`,
    fix: putRight(input),
  };
};

/** Receivers may pick any of several TXT records (RFC 6376 §3.6.2.2), and some fail at once. */
export const MULTIPLE_RECORDS: Rule = (input) => {
  const { record } = input;
  const several = multipleAnswers(input).find(({ values }) =>
    values.some((value) => isValidMatch(record, value)),
  );
  const keep = several?.values.find((value) => isValidMatch(record, value));
  if (several === undefined || keep === undefined) return null;
  const others = several.values.filter((value) => value !== keep);
  return {
    title: 'There are other TXT records beside ours',
    detail: `Our record is there, and ${several.total - 1} more of the same name. Receivers may pick any of them, so that mail passes by chance or not at all.`,
    fix: aliasTarget(input) === null ? removeAllBut(input, keep, others) : putRight(input),
  };
};

function multipleAnswers({ said }: RuleInput): Answer[] {
  return said.answers.filter(({ values }) => values.length > 1);
}

/** Whether our record can be put together from pieces that lie in different records, none of which holds it whole. */
function isSplit(record: DkimRecord, values: readonly string[]): boolean {
  if (values.some((value) => isValidMatch(record, value))) return false;
  const pieces = values.map(stripWhitespace);
  const wholes = [record.value, `v=DKIM1;${record.value}`];
  return wholes.some((whole) => canComplete(whole, '', pieces)) || isKeySplit(record, pieces);
}

/** In a spelling of its own, the first piece is a record whose key goes on in others. */
function isKeySplit(record: DkimRecord, pieces: readonly string[]): boolean {
  return pieces.some((head) => {
    const judged = judgeValue(record, head);
    return judged.kind === 'other-key' && canComplete(record.publicKey, judged.key, without(head, pieces));
  });
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
