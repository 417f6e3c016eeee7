import { LetterheadError } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import type { AccountRow, Store, TokenRow } from '../store/store.ts';

/** The token of this hash with its account, as both are at `now`. Rejects with `unauthenticated`. */
export async function findValidToken(
  store: Pick<Store, 'findToken' | 'getAccount'>,
  hash: string,
  now: Instant,
): Promise<{ token: TokenRow; account: AccountRow }> {
  const token = await store.findToken(hash);
  if (token === undefined) throw unauthenticated('Unknown or revoked token.');
  if (token.expires_at !== null && token.expires_at <= now) {
    throw unauthenticated(`This token expired at ${token.expires_at}. Ask for a new one.`);
  }
  const account = await store.getAccount(token.account_id);
  if (account === undefined) throw unauthenticated('The account of this token is gone.');
  return { token, account };
}

export function unauthenticated(message: string): LetterheadError {
  return new LetterheadError('unauthenticated', message);
}
