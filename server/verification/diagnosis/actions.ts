import type { Action } from '@letterhead/shared';
import { isLegible, jsonBytes } from '../truncate.ts';
import {
  aliasTarget,
  answersLikeSibling,
  hostOf,
  otherTypes,
  type RuleInput,
  renamedTo,
  zoneOf,
} from './rule-input.ts';

/** A person can follow a sentence with our own value and a few others, which a long one among them rules out. Bytes. */
const MAX_ACTION = 3000;
/** So many values, of so many characters in all, can be told in a sentence. */
const MAX_LISTED = 3;
const MAX_LISTED_LENGTH = 1000;

/** The record at its name, in the place of what cannot stand beside it. `value`: as a form needs ours spelt. */
export function add(input: RuleInput, value: string = input.record.value): Action {
  const remove = notBeside(input);
  return act(input, remove.length === 0 ? 'add' : 'replace', { value, remove });
}

/** Nothing can stand beside a CNAME record (RFC 1034 §3.6.2); beside a TXT record anything can. */
function notBeside(input: RuleInput): Action['remove'] {
  return input.record.type === 'CNAME' ? otherTypes(input).map(toRemoval) : [];
}

function toRemoval({ type, values }: { type: string; values: readonly string[] }): Action['remove'][number] {
  return { type, count: values.length, values: null };
}

/** Whatever is at the record's name now, makes it the right record. A wildcard's answer is not there in any form. */
export function putRight(input: RuleInput): Action {
  if (answersLikeSibling(input)) return add(input);
  const { type } = input.record;
  const alias = aliasTarget(input);
  if (alias !== null && type !== 'CNAME' && renamedTo(input) === null)
    return replaceOthers(input, [{ type: 'CNAME', values: [alias] }]);
  // What one server has at the name: servers that disagree have it each in its own way.
  return replace(input, Math.max(0, ...input.answers.map(({ total }) => total)));
}

/** The one record that is there gets this value: ours, or ours as a form needs it spelt. */
export function changeValue(input: RuleInput, value: string = input.record.value): Action {
  const { type } = input.record;
  return act(input, 'replace', { value, remove: [{ type, count: 1, values: null }] });
}

/** The record in the place of `count` others of its type at its name, and of what cannot stand beside it. */
export function replace(input: RuleInput, count: number): Action {
  if (count === 0) return add(input);
  const own = { type: input.record.type, count, values: null };
  return act(input, 'replace', { remove: [own, ...notBeside(input)] });
}

/** What was found of other types stands in the place of the record. */
export function replaceOthers(
  input: RuleInput,
  others: readonly { type: string; values: readonly string[] }[],
): Action {
  return act(input, 'replace', { remove: others.map(toRemoval) });
}

/** Takes away those of the records at the name that are not ours. `count`: of all of them, listed or not. */
export function removeAllBut(
  input: RuleInput,
  keep: string,
  others: readonly string[],
  count: number,
): Action {
  const isShort = others.length <= MAX_LISTED && others.join('').length <= MAX_LISTED_LENGTH;
  const isListed = isShort && others.every(isLegible);
  const { type } = input.record;
  const remove = [{ type, count, values: isListed ? [...others] : null }];
  return followable(input, act(input, 'remove', { value: keep, remove }));
}

/** `from` and `value` as they stand in the form now. */
export function changeHost(input: RuleInput, from: string, value: string): Action {
  return followable(input, act(input, 'move', { from_host: from, value, remove: notBeside(input) }));
}

/** The domain itself has to be there first. */
export function register(input: RuleInput): Action {
  const { registrable, record } = input;
  return act(input, 'registrar', { zone: registrable, host: record.hostname });
}

/**
 * The name servers of a zone become others: at its registrar, or in a zone's NS records, at its own name or at that of
 * one below. Null: too many to type.
 */
export function setNameServers(
  { kind, zone, host }: Pick<Action, 'kind' | 'zone' | 'host'>,
  current: readonly string[],
  wanted: readonly string[],
): Action | null {
  const kept = new Set(wanted);
  const gone = current.filter((server) => !kept.has(server));
  const remove = gone.length === 0 ? [] : [{ type: 'NS', count: gone.length, values: gone }];
  const value = wanted.join(' ');
  const action: Action = { kind, zone, type: 'NS', host, value, from_host: null, remove };
  return jsonBytes(action) > MAX_ACTION ? null : action;
}

/** The DS records above the zone go: none where they are not known. */
export function removeDs(zone: string, ds: readonly string[]): Action {
  const values = jsonBytes(ds) > MAX_ACTION ? null : [...ds];
  const remove = ds.length === 0 ? [] : [{ type: 'DS', count: ds.length, values }];
  return { kind: 'registrar', zone, type: 'DS', host: '@', value: '', from_host: null, remove };
}

/** The action, unless what somebody else has written makes it too long: then the record anew, with our own value. */
function followable(input: RuleInput, action: Action): Action {
  return jsonBytes(action) > MAX_ACTION ? putRight(input) : action;
}

function act(input: RuleInput, kind: Action['kind'], rest: Partial<Action>): Action {
  const { type, value } = input.record;
  return {
    kind,
    zone: zoneOf(input),
    type,
    host: hostOf(input),
    value,
    from_host: null,
    remove: [],
    ...rest,
  };
}
