import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { LetterheadError } from '@letterhead/shared';
import type { RandomSource } from '../random.ts';
import type { SigningKey } from '../records/record-states.ts';
import type { KeyCipher, KeyOwner } from './key-encryption.ts';

const NONCE_LENGTH = 32;

/** Whether the private key that is stored for a domain is that of the public key that it publishes. */
export type KeyProof = (key: SigningKey, owner: KeyOwner) => Promise<boolean>;

/**
 * A private key that does not decrypt proves nothing, and signs nothing. A proof holds for as long as the row is the
 * same object, which is never changed.
 */
export function createKeyProof(cipher: KeyCipher, random: RandomSource): KeyProof {
  const proved = new WeakSet<SigningKey>();
  return async (key, owner) => {
    if (proved.has(key)) return true;
    try {
      const privateKey = cipher.decrypt(key.private_key, owner);
      const isPair =
        fitsPublicKey(privateKey, key.public_key) || (await isKeyPair(privateKey, key.public_key, random));
      if (isPair) proved.add(key);
      return isPair;
    } catch (error) {
      if (error instanceof LetterheadError) return false;
      throw error;
    }
  };
}

/**
 * Whether an RSA private key (PKCS #8, DER) names the numbers of the public key, and those that it signs with fit them
 * (RFC 8017 §3.2): then its signatures verify, and to see that takes an eighth of the time of one. That its primes are
 * prime was shown by the signature of its import, or by who generated it.
 */
function fitsPublicKey(privateKey: Uint8Array, publicKey: string): boolean {
  try {
    const key = createPrivateKey(pkcs8(privateKey));
    if (!createPublicKey(key).equals(createPublicKey(spki(publicKey)))) return false;
    const { n, e, p, q, dp, dq, qi } = key.export({ format: 'jwk' });
    const [modulus, exponent, prime, other] = [toNumber(n), toNumber(e), toNumber(p), toNumber(q)];
    return (
      prime * other === modulus &&
      (exponent * toNumber(dp)) % (prime - 1n) === 1n &&
      (exponent * toNumber(dq)) % (other - 1n) === 1n &&
      (toNumber(qi) * other) % prime === 1n
    );
  } catch {
    return false;
  }
}

/** A number of a JWK (RFC 7518 §2, Base64urlUInt). Throws a `SyntaxError` if there is none. */
function toNumber(text = ''): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
}

/**
 * Signs a nonce with the private key (PKCS #8, DER) and verifies that with the public key (DER SubjectPublicKeyInfo,
 * base64). Deriving the public key from the private one would prove less: a private key names its public numbers beside
 * those that sign. Runs in libuv's threads, for about a millisecond at 2,048 bits.
 */
export async function isKeyPair(
  privateKey: Uint8Array,
  publicKey: string,
  random: RandomSource,
): Promise<boolean> {
  const nonce = random(NONCE_LENGTH);
  try {
    const signature = await promisify(sign)('sha256', nonce, pkcs8(privateKey));
    return await promisify(verify)('sha256', nonce, createPublicKey(spki(publicKey)), signature);
  } catch {
    return false;
  }
}

function pkcs8(privateKey: Uint8Array) {
  return { key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' } as const;
}

function spki(publicKey: string) {
  return { key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' } as const;
}
