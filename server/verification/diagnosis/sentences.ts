import { jsonBytes, shorten } from '../stored-size.ts';
import { aliasSeen, hostOf, type Sighting, zoneOf } from './sighting.ts';

/**
 * The sentences that say what to type, made in one place so that they always read alike: the zone, what to do, and
 * in quotation marks the host as it is typed into that zone's form and the exact value.
 */

/** Whatever is at the record's name now, makes it the right record. */
export function putRight(sighting: Sighting): string {
  const alias = aliasSeen(sighting);
  if (alias !== null && sighting.record.type !== 'CNAME') return replace(sighting, 'the CNAME record');
  // What one server has at the name: servers that disagree have it each in its own way.
  const length = Math.max(0, ...sighting.said.answers.map(({ total }) => total));
  if (length === 0) return add(sighting);
  return length === 1
    ? changeValue(sighting)
    : replace(sighting, `the ${length} ${sighting.record.type} records`);
}

export function add(sighting: Sighting): string {
  const { type, value } = sighting.record;
  return inZone(
    zoneOf(sighting),
    `add a ${type} record with the host ${quoted(hostOf(sighting))} and the value ${quoted(value)}`,
  );
}

/** `value`: where a form needs it spelt otherwise than we do. */
export function changeValue(sighting: Sighting, value: string = sighting.record.value): string {
  const { type } = sighting.record;
  return inZone(
    zoneOf(sighting),
    `change the value of the ${type} record at the host ${quoted(hostOf(sighting))} to ${quoted(value)}`,
  );
}

/** `what`: `the A record`, `the 2 TXT records`. */
export function replace(sighting: Sighting, what: string): string {
  const { type, value } = sighting.record;
  return inZone(
    zoneOf(sighting),
    `replace ${what} at the host ${quoted(hostOf(sighting))} by one ${type} record with the value ${quoted(value)}`,
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
export function removeAllBut(sighting: Sighting, keep: string, remove: readonly string[]): string {
  const { type } = sighting.record;
  if (remove.length > MAX_LISTED || remove.join('').length > MAX_LISTED_LENGTH) {
    return inZone(
      zoneOf(sighting),
      `at the host ${quoted(hostOf(sighting))}, remove all ${type} records but the one with the value ${quoted(keep)}`,
    );
  }
  const which = `the ${type} record${remove.length === 1 ? '' : 's'} with the value ${list(remove.map(quoted))}`;
  return inZone(
    zoneOf(sighting),
    `at the host ${quoted(hostOf(sighting))}, remove ${which}, and keep ${quoted(keep)}`,
  );
}

/** `from` and `value` as they stand in the form now. */
export function changeHost(sighting: Sighting, from: string, value: string): string {
  const { type } = sighting.record;
  return inZone(
    zoneOf(sighting),
    `change the host of the ${type} record from ${quoted(from)} to ${quoted(hostOf(sighting))} and keep its value ${quoted(value)}`,
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
