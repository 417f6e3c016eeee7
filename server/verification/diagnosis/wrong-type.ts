import { isRight } from '../right-value.ts';
import { addressesSeen, isFromWildcard, otherTypesSeen } from './other-types.ts';
import { add, changeValue, list, putRight, replace } from './sentences.ts';
import { aliasSeen, isAbsent, type Rule, type Sighting, valuesSeen } from './sighting.ts';

/** The Return-Path's CNAME leads to another name. */
export const CNAME_WRONG_TARGET: Rule = (sighting) => {
  const { record } = sighting;
  const [target] = valuesSeen(sighting);
  if (record.type !== 'CNAME' || target === undefined || isRight(record, [target])) return null;
  const appended = target.toLowerCase().startsWith(`${record.value.toLowerCase()}.`);
  return {
    title: 'The CNAME record leads elsewhere',
    detail: `${record.fqdn} leads to ${target}, not to ${record.value}.${appended ? ' The form has added the zone to the target; with a dot at its end, it takes the target as it is.' : ''}`,
    fix: appended ? changeValue(sighting, `${record.value}.`) : changeValue(sighting),
  };
};

/** The provider answers with what the CNAME's target would resolve to, or somebody typed addresses. */
export const CNAME_FLATTENED: Rule = (sighting) => {
  const addresses = addressesSeen(sighting).filter((one) => !isFromWildcard(sighting, one));
  if (sighting.record.type !== 'CNAME' || !isAbsent(sighting) || addresses.length === 0) return null;
  const types = list(addresses.map(({ type }) => type));
  return {
    title: 'Addresses instead of a CNAME record',
    detail: `${sighting.record.fqdn} answers with addresses (${types}) and no CNAME. Some providers flatten or proxy a CNAME into addresses: switch that off for this record (“DNS only”).`,
    fix: replace(sighting, `the ${types} record${addresses.length === 1 ? '' : 's'}`),
    found: addresses.flatMap(({ values }) => values),
  };
};

/** The name has something, but not of our record's type; or it is an alias that leads to nothing. */
export const WRONG_TYPE: Rule = (sighting) => aliasToNowhere(sighting) ?? anotherType(sighting);

const aliasToNowhere: Rule = (sighting) => {
  const alias = aliasSeen(sighting);
  if (alias === null || valuesSeen(sighting).length > 0) return null;
  return {
    title: 'An alias that leads to nothing',
    detail: `${sighting.record.fqdn} is a CNAME record to ${alias}, ${whereItLeads(sighting)}.`,
    fix: putRight(sighting),
    found: [alias],
  };
};

function whereItLeads({ record, evidence }: Sighting): string {
  return evidence.alias?.circular === true
    ? 'which leads around in a circle: nobody finds anything there'
    : `and there is no ${record.type} record there`;
}

const anotherType: Rule = (sighting) => {
  const others = otherTypesSeen(sighting).filter((one) => !isFromWildcard(sighting, one));
  if (!isAbsent(sighting) || others.length === 0) return null;
  const types = list(others.map(({ type }) => type));
  const { record } = sighting;
  return {
    title: `A record of another type, not ${record.type}`,
    detail: `${record.fqdn} has ${types}, but no ${record.type} record.`,
    fix: whereOthersAre(sighting, types, others.length),
    found: others.flatMap(({ values }) => values),
  };
};

/** Nothing can stand beside a CNAME (RFC 1034 §3.6.2); beside a TXT record anything can. */
function whereOthersAre(sighting: Sighting, types: string, count: number): string {
  if (sighting.record.type !== 'CNAME') return add(sighting);
  return replace(sighting, `the ${types} record${count === 1 ? '' : 's'}`);
}
