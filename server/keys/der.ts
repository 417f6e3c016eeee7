/** Tags of DER (X.690 §8). */
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const SEQUENCE = 0x30;

/** One element of DER, and what follows it. */
export interface DerElement {
  readonly tag: number;
  readonly value: Buffer;
  readonly rest: Buffer;
}

/** The first element. Null where there is none; throws for a length that is none. */
export function readElement(der: Buffer): DerElement | null {
  const [tag, first] = der;
  if (tag === undefined || first === undefined) return null;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = 2 + lengthBytes;
  const end = start + (first < 0x80 ? first : der.readUIntBE(2, lengthBytes));
  return { tag, value: der.subarray(start, end), rest: der.subarray(end) };
}
