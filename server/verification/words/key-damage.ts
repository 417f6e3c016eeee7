import type { Disguise, KeyDamage } from '../../keys/key-damage.ts';

/** Numbers of base64 characters in the key that was found, and in ours. */
export interface KeyLengths {
  readonly length: number;
  readonly fullLength: number;
}

/** How a key that was found differs from ours, as one sentence. */
export function damageSentence(damage: KeyDamage, { length, fullLength }: KeyLengths): string {
  switch (damage.kind) {
    case 'no-key':
      return `The value of p= isn’t a key: it has ${characters(length)}, and the right key has ${fullLength}.`;
    case 'after-end':
      return `The key is complete, but followed by ${characters(damage.count)} too many.`;
    case 'missing':
      return `It is the right key with ${characters(damage.count)} missing after position ${damage.after} of ${fullLength}.`;
    case 'added':
      return `It is the right key with ${characters(damage.count)} added after position ${damage.after} of ${fullLength}.`;
    case 'swapped':
      return `It is the right key with two characters swapped after position ${damage.after} of ${fullLength}.`;
    case 'differs':
      return `It starts like the right key, but differs after position ${damage.after} of ${fullLength}.`;
    default:
      return DISGUISES[damage.kind];
  }
}

const DISGUISES: Record<Disguise, string> = {
  'letter-case':
    'It is the right key with capital and small letters mixed up. In a key, they are different characters.',
  'plus-lost': 'It is the right key without its plus signs. A form may have turned them into spaces.',
  'url-safe': 'It is the right key with - and _ instead of + and /.',
  hex: 'It is the right key in hexadecimal instead of base64.',
  pem: 'It is the right key, but with the lines of a PEM file (BEGIN PUBLIC KEY) around it.',
  pkcs1: 'It is the right key in another format (PKCS #1), which most receivers can’t read.',
};

function characters(count: number): string {
  return count === 1 ? 'one character' : `${count} characters`;
}
