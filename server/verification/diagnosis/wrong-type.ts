import { matches } from '../match-value.ts';
import { addressesSeen, isFromWildcard, otherTypesSeen } from './other-types.ts';
import { aliasTarget, isAbsent, observedValues, type Rule, type RuleInput } from './rule-input.ts';
import { add, changeValue, list, putRight, replace } from './words.ts';

/** The Return-Path's CNAME leads to another name. */
export const CNAME_WRONG_TARGET: Rule = (input) => {
  const { record } = input;
  const [target] = observedValues(input);
  if (record.type !== 'CNAME' || target === undefined || matches(record, [target])) return null;
  const appended = target.toLowerCase().startsWith(`${record.value.toLowerCase()}.`);
  return {
    title: 'The CNAME record leads elsewhere',
    detail: `${record.fqdn} leads to ${target}, not to ${record.value}.${appended ? ' The form has added the zone to the target; with a dot at its end, it takes the target as it is.' : ''}`,
    fix: appended ? changeValue(input, `${record.value}.`) : changeValue(input),
  };
};

/** The provider answers with what the CNAME's target would resolve to, or somebody typed addresses. */
export const CNAME_FLATTENED: Rule = (input) => {
  const addresses = addressesSeen(input).filter((one) => !isFromWildcard(input, one));
  if (input.record.type !== 'CNAME' || !isAbsent(input) || addresses.length === 0) return null;
  const types = list(addresses.map(({ type }) => type));
  return {
    title: 'Addresses instead of a CNAME record',
    detail: `${input.record.fqdn} answers with addresses (${types}) and no CNAME. Some providers flatten or proxy a CNAME into addresses: switch that off for this record (“DNS only”).`,
    fix: replace(input, `the ${types} record${addresses.length === 1 ? '' : 's'}`),
    found: addresses.flatMap(({ values }) => values),
  };
};

/** The name has something, but not of our record's type; or it is an alias that leads to nothing. */
export const WRONG_TYPE: Rule = (input) => aliasToNowhere(input) ?? anotherType(input);

const aliasToNowhere: Rule = (input) => {
  const alias = aliasTarget(input);
  if (alias === null || observedValues(input).length > 0) return null;
  return {
    title: 'An alias that leads to nothing',
    detail: `${input.record.fqdn} is a CNAME record to ${alias}, ${whereItLeads(input)}.`,
    fix: putRight(input),
    found: [alias],
  };
};

function whereItLeads({ record, evidence }: RuleInput): string {
  return evidence.alias?.circular === true
    ? 'which leads around in a circle: nobody finds anything there'
    : `and there is no ${record.type} record there`;
}

const anotherType: Rule = (input) => {
  const others = otherTypesSeen(input).filter((one) => !isFromWildcard(input, one));
  if (!isAbsent(input) || others.length === 0) return null;
  const types = list(others.map(({ type }) => type));
  const { record } = input;
  return {
    title: `A record of another type, not ${record.type}`,
    detail: `${record.fqdn} has ${types}, but no ${record.type} record.`,
    fix: whereOthersAre(input, types, others.length),
    found: others.flatMap(({ values }) => values),
  };
};

/** Nothing can stand beside a CNAME (RFC 1034 §3.6.2); beside a TXT record anything can. */
function whereOthersAre(input: RuleInput, types: string, count: number): string {
  if (input.record.type !== 'CNAME') return add(input);
  return replace(input, `the ${types} record${count === 1 ? '' : 's'}`);
}
