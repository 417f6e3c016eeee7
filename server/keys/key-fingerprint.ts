import { createHash } from 'node:crypto';

/** SHA-256 of a public key's DER, base64url; kept to recognise keys that were published before. */
export function keyFingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64url');
}
