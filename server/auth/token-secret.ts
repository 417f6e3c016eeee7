import { hash, randomBytes } from 'node:crypto';
import { TOKEN_PATTERN } from '@letterhead/shared';

/** How much of a secret is kept in the clear, to tell tokens apart: `lh_` and four characters, 24 of 256 bits. */
const PREFIX_LENGTH = 7;

/** A new secret: `lh_` and 43 base64url characters, 256 random bits. */
export function makeTokenSecret(random: (size: number) => Uint8Array = randomBytes): string {
  return `lh_${Buffer.from(random(32)).toString('base64url')}`;
}

/** Whether a text has a token's form; says nothing about whether it is one of ours. */
export function looksLikeToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

/** SHA-256, base64url. A plain hash is enough: 256 random bits can't be guessed, so there is nothing to slow down. */
export function hashTokenSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** What a list may show of a secret. */
export function tokenPrefix(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}
