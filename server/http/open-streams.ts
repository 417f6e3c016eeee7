import { LetterheadError } from '@letterhead/shared';
import { ACCOUNT_LIMITS } from '../limits.ts';

/** Whose stream it is: a token's, and its account's. */
export interface StreamOwner {
  readonly token: number;
  readonly account: number;
}

/** Counts the streams that each token, and each account through all its tokens, holds open. */
export class OpenStreams {
  readonly #byToken = new Map<number, number>();
  readonly #byAccount = new Map<number, number>();

  /** Throws `rate_limited` where token or account hold too many. What is returned has to be called at the end. */
  open({ token, account }: StreamOwner): () => void {
    refuseMore(this.#byToken.get(token), ACCOUNT_LIMITS.streamsPerToken, 'One token');
    refuseMore(this.#byAccount.get(account), ACCOUNT_LIMITS.streams, 'One account');
    add(this.#byToken, token, 1);
    add(this.#byAccount, account, 1);
    return () => {
      add(this.#byToken, token, -1);
      add(this.#byAccount, account, -1);
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
