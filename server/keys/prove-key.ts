import { createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { LetterheadError } from '@letterhead/shared';
import type { RandomSource } from '../random.ts';
import type { SigningKey } from '../records/record-states.ts';
import { BIT_STRING, INTEGER, OCTET_STRING, readElement, SEQUENCE } from './der.ts';
import type { KeyCipher, KeyOwner } from './key-encryption.ts';

const NONCE_LENGTH = 32;

/** Whether the private key that is stored for a domain is that of the public key that it publishes. */
export type KeyProof = (key: KeyPair, owner: KeyOwner) => Promise<boolean>;
type KeyPair = Pick<SigningKey, 'private_key' | 'public_key'>;

/**
 * A private key that does not decrypt proves nothing, and signs nothing. A proof holds for as long as the row is the
 * same object, which is never changed.
 */
export function createKeyProof(cipher: KeyCipher, random: RandomSource): KeyProof {
  const proved = new WeakSet<KeyPair>();
  return async (key, owner) => {
    if (proved.has(key)) return true;
    try {
      const privateKey = cipher.decrypt(key.private_key, owner);
      const isPair =
        hasNumbersOf(privateKey, key.public_key) || (await isKeyPair(privateKey, key.public_key, random));
      if (isPair) proved.add(key);
      return isPair;
    } catch (error) {
      if (error instanceof LetterheadError) return false;
      throw error;
    }
  };
}

/**
 * Whether the numbers that a private RSA key (PKCS #8, DER) signs with are those of its public key (DER
 * SubjectPublicKeyInfo, base64) by RFC 8017 §3.2: the primes multiply to the modulus, the exponents and the coefficient
 * are inverses, and none is larger than it has to be. Takes microseconds, where a signature takes a millisecond, as each
 * key's first one is slow. False for a key whose numbers are kept otherwise, which may yet sign, and for what is not a key.
 */
export function hasNumbersOf(privateKey: Uint8Array, publicKey: string): boolean {
  try {
    const [n = 0n, e = 0n] = integersOf(Buffer.from(publicKey, 'base64'));
    const [, , , , d = 0n, p = 0n, q = 0n, dp = 0n, dq = 0n, qi = 0n, ...others] = integersOf(
      Buffer.from(privateKey),
    );
    if (d >= n || dp >= p || dq >= q || qi >= p || others.length > 0) return false;
    return p * q === n && (e * dp) % (p - 1n) === 1n && (e * dq) % (q - 1n) === 1n && (qi * q) % p === 1n;
  } catch {
    return false;
  }
}

/** The integers of a key in DER (X.690 §8), in order, through all that encloses them. Throws for a length that is none. */
function integersOf(der: Buffer): bigint[] {
  const element = readElement(der);
  return element === null ? [] : [...integersIn(element.tag, element.value), ...integersOf(element.rest)];
}

function integersIn(tag: number, value: Buffer): bigint[] {
  if (tag === INTEGER) return [BigInt(`0x${value.toString('hex')}`)];
  if (tag === SEQUENCE || tag === OCTET_STRING) return integersOf(value);
  // A bit string begins with the number of its unused bits.
  return tag === BIT_STRING ? integersOf(value.subarray(1)) : [];
}

/**
 * Signs a nonce with the private key (PKCS #8, DER) and verifies that with the public key (DER SubjectPublicKeyInfo,
 * base64). Deriving the public key from the private one would be cheaper and proves less: a private key names its
 * public numbers beside those that sign. Runs in libuv's threads, for about a millisecond at 2,048 bits.
 */
export async function isKeyPair(
  privateKey: Uint8Array,
  publicKey: string,
  random: RandomSource,
): Promise<boolean> {
  const nonce = random(NONCE_LENGTH);
  try {
    const key = { key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' } as const;
    const signature = await promisify(sign)('sha256', nonce, key);
    const spki = { key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' } as const;
    return await promisify(verify)('sha256', nonce, createPublicKey(spki), signature);
  } catch {
    return false;
  }
}
