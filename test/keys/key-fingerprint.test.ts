import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyFingerprint } from '../../server/keys/key-fingerprint.ts';

test('the fingerprint of a key is the SHA-256 of its DER', () => {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  expect(keyFingerprint(publicKey.toString('base64'))).toBe(
    createHash('sha256').update(publicKey).digest('base64url'),
  );
});
