import { LetterheadError } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import type { Identity } from './identity.ts';

/**
 * Refuses an end that has come already (`invalid`), and one after that of the token that asks (`forbidden`): who finds
 * a token that will stop must not be able to make one that goes on.
 */
export function refuseExpiry(expiresAt: Date | null, now: Date, { token }: Identity): void {
  if (expiresAt !== null && expiresAt <= now) {
    const message = 'Give a time in the future for expires_at, or null for no expiry.';
    throw new LetterheadError('invalid', message, { errors: { expires_at: [message] } });
  }
  const ownEnd = token?.expires_at ?? null;
  if (ownEnd === null || (expiresAt !== null && toInstant(expiresAt) <= ownEnd)) return;
  throw new LetterheadError(
    'forbidden',
    `Your own token stops working at ${ownEnd}, and can make none that goes on: give an expires_at no later than that.`,
  );
}

/** `quota_exceeded`: one token more than the account can hold, share links and expired tokens among them. */
export function tooManyTokens(limit: number): LetterheadError {
  return new LetterheadError(
    'quota_exceeded',
    `This account has ${limit} tokens and share links, which is all that it can hold. Revoke those that nobody uses.`,
  );
}
