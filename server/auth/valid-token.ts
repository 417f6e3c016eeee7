import { LetterheadError } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import type { AccountRow, Store, TokenRow } from '../store/store.ts';

/** The token of this hash with its account, as both are at `now`. Rejects with `unauthenticated`. */
export async function findValidToken(
  { tokens }: Pick<Store, 'tokens'>,
  hash: string,
  now: Instant,
): Promise<{ token: TokenRow; account: AccountRow }> {
  const found = await tokens.findByHash(hash);
  if (found === undefined) throw unauthenticated('Unknown or revoked token.');
  const { token } = found;
  if (token.expires_at !== null && token.expires_at <= now) {
    throw unauthenticated(`This token expired at ${token.expires_at}. Ask for a new one.`);
  }
  return found;
}

export function unauthenticated(message: string): LetterheadError {
  return new LetterheadError('unauthenticated', message);
}
