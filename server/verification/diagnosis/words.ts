import { jsonBytes, shorten } from '../stored-size.ts';
import { aliasTarget, hostOf, type RuleInput, zoneOf } from './rule-input.ts';

/**
 * The sentences that say what to type, made in one place so that they always read alike: the zone, what to do, and
 * in quotation marks the host as it is typed into that zone's form and the exact value.
 */

/** Whatever is at the record's name now, makes it the right record. */
export function putRight(input: RuleInput): string {
  const alias = aliasTarget(input);
  if (alias !== null && input.record.type !== 'CNAME') return replace(input, 'the CNAME record');
  // What one server has at the name: servers that disagree have it each in its own way.
  const length = Math.max(0, ...input.said.answers.map(({ total }) => total));
  if (length === 0) return add(input);
  return length === 1 ? changeValue(input) : replace(input, `the ${length} ${input.record.type} records`);
}

export function add(input: RuleInput): string {
  const { type, value } = input.record;
  return inZone(
    zoneOf(input),
    `add a ${type} record with the host ${quoted(hostOf(input))} and the value ${quoted(value)}`,
  );
}

/** `value`: where a form needs it spelt otherwise than we do. */
export function changeValue(input: RuleInput, value: string = input.record.value): string {
  const { type } = input.record;
  return inZone(
    zoneOf(input),
    `change the value of the ${type} record at the host ${quoted(hostOf(input))} to ${quoted(value)}`,
  );
}

/** `what`: `the A record`, `the 2 TXT records`. */
export function replace(input: RuleInput, what: string): string {
  const { type, value } = input.record;
  return inZone(
    zoneOf(input),
    `replace ${what} at the host ${quoted(hostOf(input))} by one ${type} record with the value ${quoted(value)}`,
  );
}

/** A sentence that says what to type names our own value and a few others; with more, nobody could follow it. Bytes. */
const MAX_FIX = 3000;

export function isTooLongToFollow(fix: string): boolean {
  return jsonBytes(fix) > MAX_FIX;
}

/** So many values, of so many characters in all, can be told in a sentence. */
const MAX_LISTED = 3;
const MAX_LISTED_LENGTH = 1000;

/** Takes away those of the records at the name that are not ours. */
export function removeAllBut(input: RuleInput, keep: string, remove: readonly string[]): string {
  const { type } = input.record;
  if (remove.length > MAX_LISTED || remove.join('').length > MAX_LISTED_LENGTH) {
    return inZone(
      zoneOf(input),
      `at the host ${quoted(hostOf(input))}, remove all ${type} records but the one with the value ${quoted(keep)}`,
    );
  }
  const which = `the ${type} record${remove.length === 1 ? '' : 's'} with the value ${list(remove.map(quoted))}`;
  return inZone(
    zoneOf(input),
    `at the host ${quoted(hostOf(input))}, remove ${which}, and keep ${quoted(keep)}`,
  );
}

/** `from` and `value` as they stand in the form now. */
export function changeHost(input: RuleInput, from: string, value: string): string {
  const { type } = input.record;
  return inZone(
    zoneOf(input),
    `change the host of the ${type} record from ${quoted(from)} to ${quoted(hostOf(input))} and keep its value ${quoted(value)}`,
  );
}

/** What somebody else has written, as far as a sentence can repeat it. Bytes. */
const MAX_REPEATED = 200;

export function repeated(text: string): string {
  return shorten(text, MAX_REPEATED);
}

export function inZone(zone: string, action: string): string {
  return `In the DNS zone ${zone}, ${action}.`;
}

/** Quotation marks that no DNS form gives a meaning to, so that none of them is taken for a part of the value. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${last}` : last;
}
