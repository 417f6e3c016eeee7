import type { KeyRecordJudgement } from '../../dkim/dkim-record.ts';
import { keyFingerprint } from '../../dkim/key-fingerprint.ts';
import { isValidMatch, judgeValue } from '../match-value.ts';
import { type Finding, observedValues, type Rule, type RuleInput } from './rule-input.ts';
import { withoutBackslashes, withoutQuotes } from './spelling.ts';
import { putRight, repeated } from './words.ts';

/** What can be the matter with the value of the DKIM record. */

export const KEY_RESTRICTED: Rule = (input) => {
  const restricted = judgements(input).find((one) => one.kind === 'restricted');
  // `k=rsa\\` is no restriction that anybody meant.
  if (restricted?.kind !== 'restricted' || /["\\]/.test(restricted.value)) return null;
  const { tag, value } = restricted;
  return wrong(
    input,
    `Ours, but its ${tag}= forbids the use`,
    `The record carries our key, and ${tag}=${repeated(value)}, by which receivers must not use it for ${FORBIDS[tag]}.`,
  );
};

const FORBIDS = {
  h: 'signatures with SHA-256, as ours are',
  k: 'RSA signatures, as ours are',
  s: 'e-mail',
} as const;

export const QUOTES_IN_VALUE: Rule = (input) => {
  const { record } = input;
  const mangled = observedValues(input).find((value) => {
    const meant = withoutQuotes(value);
    return meant !== value && isValidMatch(record, withoutBackslashes(meant));
  });
  if (record.key !== 'dkim' || mangled === undefined) return null;
  return wrong(
    input,
    'The value has quotation marks in it',
    'It is our value with quotation marks as a part of it. They belong into zone files; a form adds them itself.',
  );
};

export const ESCAPED_SEMICOLON: Rule = (input) => {
  const { record } = input;
  const mangled = observedValues(input).find(
    (value) => value.includes('\\') && isValidMatch(record, withoutBackslashes(value)),
  );
  if (record.key !== 'dkim' || mangled === undefined) return null;
  return wrong(
    input,
    'The value has backslashes in it',
    'It is our value with a backslash before the semicolon. That belongs into zone files; a form adds it itself.',
  );
};

export const KEY_TRUNCATED: Rule = (input) => {
  const { record } = input;
  if (record.key !== 'dkim') return null;
  const cut = otherKeys(input).find((key) => key !== record.publicKey && record.publicKey.startsWith(key));
  if (cut === undefined) return null;
  return wrong(
    input,
    'The value is cut short',
    `Only ${cut.length} of the key’s ${record.publicKey.length} characters are there. Some forms take 255 at most: there, split the value into two strings of one record, or ask the provider how to enter a long TXT value.`,
  );
};

export const PREVIOUS_KEY: Rule = (input) => {
  const { record } = input;
  if (record.key !== 'dkim') return null;
  const previous = otherKeys(input).some((key) => record.previousKeys.includes(keyFingerprint(key)));
  if (!previous) return null;
  return wrong(
    input,
    'This is a key that the domain had before',
    'The domain has been given a new key since. Mail is signed with the new one, which receivers can’t check against this record.',
  );
};

export const KEY_REVOKED: Rule = (input) => {
  if (!judgements(input).some(({ kind }) => kind === 'revoked')) return null;
  return wrong(
    input,
    'The key is revoked',
    'The record’s p= is empty, which tells receivers that the key is no longer in use.',
  );
};

export const OTHER_KEY: Rule = (input) => {
  if (otherKeys(input).length === 0) return null;
  return wrong(
    input,
    'There is another key',
    'The record is a valid DKIM key, but not the one that this domain’s mail is signed with.',
  );
};

export const BAD_SYNTAX: Rule = (input) => {
  const bad = judgements(input).find((one) => one.kind === 'syntax-error');
  if (bad?.kind !== 'syntax-error') return null;
  return wrong(
    input,
    'The value is not a DKIM record',
    `Receivers can’t read the TXT record as a DKIM key: ${repeated(bad.problem)}.`,
  );
};

function judgements(input: RuleInput): KeyRecordJudgement[] {
  const { record } = input;
  if (record.key !== 'dkim') return [];
  return observedValues(input).map((value) => judgeValue(record, value));
}

function otherKeys(input: RuleInput): string[] {
  return judgements(input).flatMap((one) => (one.kind === 'other-key' ? [one.key] : []));
}

function wrong(input: RuleInput, title: string, detail: string): Finding {
  return { title, detail, fix: putRight(input) };
}
