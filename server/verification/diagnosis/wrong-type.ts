import type { ProbeFinding } from '../evidence.ts';
import { hasZoneAppended, matches } from '../match-value.ts';
import { add, changeValue, putRight } from './actions.ts';
import { type Rule, rule } from './finding.ts';
import {
  aliasTargets,
  isAbsent,
  isAddress,
  isBelowDname,
  observedValues,
  otherTypes,
  renamedTo,
} from './rule-input.ts';

/** The CNAME leads to another name. */
export const CNAME_WRONG_TARGET: Rule<'CNAME_WRONG_TARGET'> = rule('invalid', (input) => {
  const { record } = input;
  const targets = observedValues(input);
  const [target] = targets;
  if (record.type !== 'CNAME' || target === undefined || matches(record, [target])) return null;
  // No form has the record that a DNAME record makes, nor takes one in its place.
  if (isBelowDname(input)) return { action: null, targets, zoneAppended: false, isRenamed: true };
  const zoneAppended = hasZoneAppended(record, target);
  // With a dot at its end, the form takes the target as it is.
  const action = zoneAppended ? changeValue(input, `${record.value}.`) : changeValue(input);
  return { action, targets, zoneAppended, isRenamed: false };
});

/** The provider answers with what the CNAME's target would resolve to, or somebody typed that. */
export const CNAME_FLATTENED: Rule<'CNAME_FLATTENED'> = rule('invalid', (input) => {
  const { record } = input;
  const isEnd = (one: ProbeFinding) =>
    isAddress(one) || (record.kind === 'cname' && one.type === 'TXT' && one.values.includes(record.text));
  const ends = otherTypes(input).filter(isEnd);
  if (record.type !== 'CNAME' || !isAbsent(input) || ends.length === 0) return null;
  const types = ends.map(({ type }) => type);
  return { action: add(input), types, found: ends.flatMap(({ values }) => values) };
});

/** The name has something, but not of our record's type; or it is an alias that leads to nothing. */
export const WRONG_TYPE: Rule<'WRONG_TYPE'> = rule(
  'invalid',
  (input) => aliasToNowhere(input) ?? anotherType(input),
);

const aliasToNowhere: Rule<'WRONG_TYPE'>['find'] = (input) => {
  const aliases = aliasTargets(input);
  if (aliases.length === 0 || observedValues(input).length > 0) return null;
  const { circular = false, endless = false } = input.evidence.alias ?? {};
  const isRenamed = renamedTo(input) !== null;
  return { action: putRight(input), aliases, isRenamed, circular, endless, found: aliases };
};

const anotherType: Rule<'WRONG_TYPE'>['find'] = (input) => {
  const others = otherTypes(input);
  if (!isAbsent(input) || others.length === 0) return null;
  const types = others.map(({ type }) => type);
  return { action: add(input), aliases: null, types, found: others.flatMap(({ values }) => values) };
};
