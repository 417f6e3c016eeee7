import { createHash } from 'node:crypto';

/** What is remembered of a key that was published before: SHA-256 of its DER, base64url. */
export function keyFingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64url');
}
