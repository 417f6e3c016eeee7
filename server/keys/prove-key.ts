import { createPublicKey, sign, verify } from 'node:crypto';
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
      const isPair = await isKeyPair(cipher.decrypt(key.private_key, owner), key.public_key, random);
      if (isPair) proved.add(key);
      return isPair;
    } catch (error) {
      if (error instanceof LetterheadError) return false;
      throw error;
    }
  };
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
