/** Source of cryptographically strong bytes; `randomBytes` of `node:crypto` in production. */
export type RandomSource = (size: number) => Uint8Array;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** The largest multiple of the alphabet's length that fits a byte. Larger bytes are skipped, to keep characters equally likely. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

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

/** A number of at least 0 and less than 1. */
export function randomFraction(random: RandomSource): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}
