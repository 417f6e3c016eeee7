import { createPublicKey } from 'node:crypto';
import { CHECK_LIMITS } from '../limits.ts';

const ED25519_BYTES = 32;

/**
 * Whether base64 is a public key as DKIM records have it: an RSA key as SubjectPublicKeyInfo, or as the RSAPublicKey that
 * RFC 6376 §3.6.1 names and few receivers take, or a raw Ed25519 key with `k=ed25519` (RFC 8463 §4).
 */
export function isPublicKey(base64: string, keyType: string | undefined): boolean {
  if (base64.length > CHECK_LIMITS.keyCharacters || !isCanonicalBase64(base64)) return false;
  const bytes = Buffer.from(base64, 'base64');
  if (keyType === 'ed25519' && bytes.length === ED25519_BYTES) return true;
  return isDer(bytes, 'spki') || isDer(bytes, 'pkcs1');
}

/** Whether a key is the RSAPublicKey (PKCS #1) at the end of this SubjectPublicKeyInfo, both DER in base64. */
export function isPkcs1(base64: string, publicKey: string): boolean {
  if (base64.length >= publicKey.length) return false;
  const [inner, whole] = [Buffer.from(base64, 'base64'), Buffer.from(publicKey, 'base64')];
  return inner.length > 0 && whole.subarray(-inner.length).equals(inner) && isDer(inner, 'pkcs1');
}

function isCanonicalBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

function isDer(key: Buffer, type: 'spki' | 'pkcs1'): boolean {
  try {
    createPublicKey({ key, format: 'der', type });
    return true;
  } catch {
    return false;
  }
}
