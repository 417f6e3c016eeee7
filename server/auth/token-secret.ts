import { hash, randomBytes } from 'node:crypto';
import { TOKEN_PATTERN } from '@letterhead/shared';

/** Length of the part that is stored in the clear, to tell tokens apart: `lh_` and four characters, 24 of 256 bits. */
const PREFIX_LENGTH = 7;

/** A new secret: `lh_` and 43 base64url characters, 256 random bits. */
export function makeTokenSecret(): string {
  return `lh_${randomBytes(32).toString('base64url')}`;
}

/** Whether a text has the form of a token, which need not exist. */
export function looksLikeToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

/** SHA-256, base64url. A slow hash is not needed, because 256 random bits cannot be guessed. */
export function hashTokenSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** The part of a secret that lists may show. */
export function tokenPrefix(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}
