import type { Action } from '@letterhead/shared';
import { jsonBytes } from '../truncate.ts';
import { aliasTarget, answersLikeSibling, hostOf, type RuleInput, renamedTo, zoneOf } from './rule-input.ts';

/** A person can follow a sentence with our own value and a few others, which a long one among them rules out. Bytes. */
const MAX_ACTION = 3000;
/** So many values, of so many characters in all, can be told in a sentence. */
const MAX_LISTED = 3;
const MAX_LISTED_LENGTH = 1000;

export function add(input: RuleInput): Action {
  return act(input, 'add', {});
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

/** The record in the place of `count` others of its type at its name. */
export function replace(input: RuleInput, count: number): Action {
  const { type } = input.record;
  return count === 0 ? add(input) : act(input, 'replace', { remove: [{ type, count, values: null }] });
}

/** What was found of other types stands in the place of the record. */
export function replaceOthers(
  input: RuleInput,
  others: readonly { type: string; values: readonly string[] }[],
): Action {
  const remove = others.map(({ type, values }) => ({ type, count: values.length, values: null }));
  return act(input, 'replace', { remove });
}

/** Takes away those of the records at the name that are not ours. `count`: of all of them, listed or not. */
export function removeAllBut(
  input: RuleInput,
  keep: string,
  others: readonly string[],
  count: number,
): Action {
  const isListed = others.length <= MAX_LISTED && others.join('').length <= MAX_LISTED_LENGTH;
  const { type } = input.record;
  const remove = [{ type, count, values: isListed ? [...others] : null }];
  return followable(input, act(input, 'remove', { value: keep, remove }));
}

/** `from` and `value` as they stand in the form now. */
export function changeHost(input: RuleInput, from: string, value: string): Action {
  return followable(input, act(input, 'move', { from_host: from, value }));
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
