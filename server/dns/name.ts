/**
 * Names in this room are in lower case and without the trailing dot; the root is `.`.
 */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.length > 1 && lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** Whether `name` is `zone` or lies below it. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}

/** The name with its first label taken off; the root for a name of one label. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 || dot === name.length - 1 ? '.' : name.slice(dot + 1);
}

/** Whether a name can stand in a question: ASCII, labels of 1 to 63 octets, 255 octets on the wire (RFC 1035 §2.3.4). */
export function isAskableName(name: string): boolean {
  if (name === '.') return true;
  return name.length <= 253 && name.split('.').every((label) => /^[\x21-\x7e]{1,63}$/.test(label));
}
