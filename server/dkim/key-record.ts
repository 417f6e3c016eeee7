import { createHash } from 'node:crypto';
import { type RandomSource, randomLabel } from './selector.ts';

/** 26 characters of 36 are 134 bits: nobody guesses another domain's bounce address. */
const RETURN_PATH_TOKEN_LENGTH = 26;

/** The value of the DKIM key record (RFC 6376 §3.6.1). `publicKey` is the DER SubjectPublicKeyInfo, base64. */
export function dkimRecordValue(publicKey: string): string {
  return `k=rsa;p=${publicKey}`;
}

/** Where the key record lies, relative to the registrable domain: `<selector>._domainkey`, then the subdomain. */
export function dkimHostname(selector: string, subdomain: string | null): string {
  return under(`${selector}._domainkey`, subdomain);
}

/** Where the Return-Path record lies, relative to the registrable domain: `bounces-<selector>`, then the subdomain. */
export function returnPathHostname(selector: string, subdomain: string | null): string {
  return under(`bounces-${selector}`, subdomain);
}

/** The domain's own name under the Return-Path host: a label that cannot be guessed. */
export function returnPathToken(random: RandomSource): string {
  return randomLabel(RETURN_PATH_TOKEN_LENGTH, random);
}

/** What is remembered of a key that was published before: SHA-256 of its DER, base64url. */
export function keyFingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64url');
}

function under(host: string, subdomain: string | null): string {
  return subdomain === null ? host : `${host}.${subdomain}`;
}
