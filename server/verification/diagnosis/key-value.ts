import type { KeyRecordJudgement } from '../../keys/dkim-record.ts';
import { keyFingerprint } from '../../keys/key-fingerprint.ts';
import { isValidMatch, judgeValue } from '../match-value.ts';
import { putRight } from './actions.ts';
import { type Facts, type Rule, rule } from './finding.ts';
import { observedValues, type RuleInput } from './rule-input.ts';

/** What can be wrong with the value of the DKIM record. */

export const KEY_RESTRICTED: Rule<'KEY_RESTRICTED'> = rule('invalid', (input) => {
  const restricted = judgements(input).find((one) => one.kind === 'restricted');
  // `k=rsa\\` is no restriction that anybody meant.
  if (restricted?.kind !== 'restricted' || /["\\]/.test(restricted.value)) return null;
  return { action: putRight(input), tag: restricted.tag, tagValue: restricted.value };
});

export const QUOTES_IN_VALUE: Rule<'QUOTES_IN_VALUE'> = rule('invalid', (input) =>
  findMangled(input, (value) => withoutQuotes(value) !== value) !== undefined
    ? { action: putRight(input) }
    : null,
);

export const ESCAPED_SEMICOLON: Rule<'ESCAPED_SEMICOLON'> = rule('invalid', (input) => {
  const escaped = findMangled(input, (value) => withoutQuotes(value) === value && value.includes('\\'));
  return escaped === undefined ? null : { action: putRight(input), place: placeOfBackslash(escaped) };
});

function placeOfBackslash(value: string): Facts<'ESCAPED_SEMICOLON'>['place'] {
  if (value.includes('\\;')) return 'before-semicolon';
  return value.trimEnd().endsWith('\\') ? 'end' : 'elsewhere';
}

export const KEY_TRUNCATED: Rule<'KEY_TRUNCATED'> = rule('invalid', (input) => {
  const { record } = input;
  if (record.kind !== 'dkim') return null;
  const found = observedValues(input).map((value) => judgeValue(record, withoutCut(value)));
  const cut = found.find((one) => one.kind === 'damaged-key' && record.publicKey.startsWith(one.key));
  if (cut?.kind !== 'damaged-key') return null;
  return { action: putRight(input), length: cut.key.length, fullLength: record.publicKey.length };
});

/** The value without the quotation mark that was cut off at its other end, and without what a page shows where it cuts. */
function withoutCut(value: string): string {
  return withoutQuotes(value)
    .replaceAll('\\', '')
    .replace(/(?:…|\.{2,})\s*$/, '');
}

export const PREVIOUS_KEY: Rule<'PREVIOUS_KEY'> = rule('invalid', (input) => {
  const { record } = input;
  if (record.kind !== 'dkim') return null;
  const isPrevious = otherKeys(input).some((key) => record.previousKeys.includes(keyFingerprint(key)));
  return isPrevious ? { action: putRight(input) } : null;
});

export const KEY_REVOKED: Rule<'KEY_REVOKED'> = rule('invalid', (input) =>
  judgements(input).some(({ kind }) => kind === 'revoked') ? { action: putRight(input) } : null,
);

/** A copy of ours with an error in it; or no key at all, where no server has another one. */
export const KEY_DAMAGED: Rule<'KEY_DAMAGED'> = rule('invalid', (input) => {
  const found = damagedKeys(input);
  const copy = found.find(({ damage }) => damage.kind !== 'no-key');
  const damaged = copy ?? (otherKeys(input).length === 0 ? found[0] : undefined);
  if (damaged === undefined || input.record.kind !== 'dkim') return null;
  const fullLength = input.record.publicKey.length;
  return { action: putRight(input), damage: damaged.damage, length: damaged.key.length, fullLength };
});

export const OTHER_KEY: Rule<'OTHER_KEY'> = rule('invalid', (input) =>
  otherKeys(input).length > 0 ? { action: putRight(input) } : null,
);

export const BAD_SYNTAX: Rule<'BAD_SYNTAX'> = rule('invalid', (input) => {
  const bad = judgements(input).find((one) => one.kind === 'syntax-error');
  return bad?.kind === 'syntax-error' ? { action: putRight(input), problem: bad.problem } : null;
});

/** The value as it was meant, where someone typed the quotation marks of a zone file, or of a text, into a form. */
export function withoutQuotes(value: string): string {
  return value.replaceAll(/["“”„'‘’‚`«»]/g, '');
}

/** A value of this kind that is ours but for the quotation marks and backslashes of a zone file. */
function findMangled(input: RuleInput, isOfKind: (value: string) => boolean): string | undefined {
  const { record } = input;
  if (record.kind !== 'dkim') return undefined;
  return observedValues(input).find(
    (value) => isOfKind(value) && isValidMatch(record, withoutQuotes(value).replaceAll('\\', '')),
  );
}

export function judgements(input: RuleInput): KeyRecordJudgement[] {
  const { record } = input;
  return record.kind === 'dkim' ? observedValues(input).map((value) => judgeValue(record, value)) : [];
}

function otherKeys(input: RuleInput): string[] {
  return judgements(input).flatMap((one) => (one.kind === 'other-key' ? [one.key] : []));
}

function damagedKeys(input: RuleInput) {
  return judgements(input).flatMap((one) => (one.kind === 'damaged-key' ? [one] : []));
}
