import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  dkimHostname,
  dkimRecordValue,
  keyFingerprint,
  returnPathHostname,
} from '../../server/dkim/key-record.ts';

it('is what a DNS form wants', () => {
  expect(dkimRecordValue('MIIB+/=')).toBe('k=rsa;p=MIIB+/=');
  expect(dkimHostname('653216321fh', null)).toBe('653216321fh._domainkey');
  expect(returnPathHostname('653216321fh', null)).toBe('bounces-653216321fh');
});

it('lies under the subdomain, relative to the registrable domain', () => {
  expect(dkimHostname('653216321fh', 'mail.eu')).toBe('653216321fh._domainkey.mail.eu');
  expect(returnPathHostname('653216321fh', 'mail.eu')).toBe('bounces-653216321fh.mail.eu');
});

it('remembers a key by the SHA-256 of its DER', () => {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  expect(keyFingerprint(publicKey.toString('base64'))).toBe(
    createHash('sha256').update(publicKey).digest('base64url'),
  );
});
