import { LetterheadError } from '@letterhead/shared';
import type { Identity } from '../auth/identity.ts';
import { ACCOUNT_LIMITS } from '../limits.ts';

/** Counts the streams that each token, and each account through all its tokens, holds open. */
export class OpenStreams {
  readonly #byToken = new Map<number, number>();
  readonly #byAccount = new Map<number, number>();

  /** Throws `rate_limited` where token or account hold too many. What is returned has to be called at the end. */
  open({ token, account }: Pick<Identity, 'token' | 'account'>): () => void {
    if (token === null || account === null) throw new Error('Over HTTP, every caller has a token.');
    refuseMore(this.#byToken.get(token.id), ACCOUNT_LIMITS.streamsPerToken, 'One token');
    refuseMore(this.#byAccount.get(account.id), ACCOUNT_LIMITS.streams, 'One account');
    add(this.#byToken, token.id, 1);
    add(this.#byAccount, account.id, 1);
    return () => {
      add(this.#byToken, token.id, -1);
      add(this.#byAccount, account.id, -1);
    };
  }
}

function refuseMore(held: number | undefined, limit: number, whose: string): void {
  if (held === undefined || held < limit) return;
  throw new LetterheadError(
    'rate_limited',
    `${whose} can follow ${limit} streams at once. Close one, and try again.`,
    { retryAfter: 5 },
  );
}

function add(counts: Map<number, number>, key: number, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
