/** Cryptographically strong bytes: `randomBytes` of `node:crypto`, in production. */
export type RandomSource = (size: number) => Uint8Array;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** The largest multiple of the alphabet's length that fits a byte: above it, some characters would come up more often. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

export const SELECTOR_LENGTH = 11;

/** A DKIM selector (RFC 6376 §3.1): 11 characters of `a-z0-9`, 57 random bits, which clash with nobody's. */
export function makeSelector(random: RandomSource): string {
  return randomLabel(SELECTOR_LENGTH, random);
}

/** A DNS label of `length` characters of `a-z0-9`, each as likely as any other. */
export function randomLabel(length: number, random: RandomSource): string {
  let label = '';
  while (label.length < length) {
    for (const byte of random(length - label.length)) {
      if (byte < FAIR_BYTES) label += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return label;
}
