/**
 * Canonical form used throughout `dns/`: lower case, without the trailing dot; the root is `.`. A dot inside of a label
 * is written `\.`, as in zone files (RFC 1035 §5.1).
 */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.length > 1 && lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** Whether `name` is `zone` or lies below it. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}

/** The name without its first label; the root for a name of one label. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 || dot === name.length - 1 ? '.' : name.slice(dot + 1);
}

/** A name as the codec gives it, which writes all dots alike. */
export function withoutEscapes(name: string): string {
  return name.replaceAll('\\.', '.');
}

/** The name of at most 63 octets a label on the wire, uncompressed (RFC 1035 §3.1). */
export function wireName(name: string): Buffer {
  const labels = name === '.' ? [] : labelsOf(name);
  return Buffer.from(
    `${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`,
    'latin1',
  );
}

function labelsOf(name: string): string[] {
  return name.split(/(?<!\\)\./).map(withoutEscapes);
}

/** In octets, without the trailing dot: 255 on the wire (RFC 1035 §2.3.4). */
export const MAX_NAME_LENGTH = 253;

/** Whether a name can be queried: ASCII, labels of 1 to 63 octets, at most MAX_NAME_LENGTH. */
export function isQueryableName(name: string): boolean {
  if (name === '.') return true;
  return name.length <= MAX_NAME_LENGTH && labelsOf(name).every((label) => /^[\x21-\x7e]{1,63}$/.test(label));
}
