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
      return `What stands in p= can’t be read as a key: it has ${characters(length)}, and our key has ${fullLength}.`;
    case 'after-end':
      return `Our key is there in full, with ${characters(damage.count)} after its end.`;
    case 'missing':
      return `It is our key with ${characters(damage.count)} missing after position ${damage.after} of ${fullLength}.`;
    case 'added':
      return `It is our key with ${characters(damage.count)} added after position ${damage.after} of ${fullLength}.`;
    case 'swapped':
      return `It is our key with two characters swapped after position ${damage.after} of ${fullLength}.`;
    case 'differs':
      return `It is a copy of our key that begins to differ after position ${damage.after} of ${fullLength}.`;
    default:
      return DISGUISES[damage.kind];
  }
}

const DISGUISES: Record<Disguise, string> = {
  'letter-case':
    'It is our key with capital and small letters changed, which are different characters in a key.',
  'plus-lost': 'It is our key without its plus signs: a form may have turned them into spaces.',
  'url-safe': 'It is our key with - and _ in the place of + and /.',
  hex: 'It is our key in hexadecimal digits, where base64 belongs.',
  pem: 'It is our key with the lines of a PEM file (BEGIN PUBLIC KEY) around it.',
  pkcs1: 'It is our key in another wrapping (PKCS #1), which most receivers can’t read.',
};

function characters(count: number): string {
  return count === 1 ? 'a character' : `${count} characters`;
}
