import type { TokenScope } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { AccountRow, Store, TokenRow } from '../store/store.ts';
import type { Caller, Identity } from './identity.ts';
import { authorize } from './identity.ts';
import type { RateLimits } from './rate-limits.ts';
import { hashTokenSecret, looksLikeToken } from './token-secret.ts';
import { findValidToken, unauthenticated } from './valid-token.ts';

export const BEARER = /^Bearer +(\S+) *$/i;

/** Who sends a request, as far as the request says. */
export interface Sender {
  readonly authorization: string | undefined;
  readonly address: string;
  /** How many procedures the request brings: each counts, where no token of ours is shown. */
  readonly procedures: number;
  /** Told of the account that the request is of. Throws `rate_limited` where that has too many under way. */
  readonly enter: (account: number) => void;
}

/** A caller that shows, or fails to show, a token in its `Authorization` header. */
export class TokenCaller implements Caller {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #sender: Sender;
  #known: Promise<KnownCaller> | undefined;
  /** How many procedures were counted before they were called. */
  #counted = 0;
  #isCounted = false;

  constructor(from: { store: Store; clock: Clock; limits: RateLimits }, sender: Sender) {
    this.#store = from.store;
    this.#clock = from.clock;
    this.#limits = from.limits;
    this.#sender = sender;
  }

  async admit(scope: TokenScope | null, account: () => Promise<number | null>): Promise<Identity> {
    const identity = await this.identify();
    try {
      authorize(identity, scope, await account());
    } catch (refusal) {
      await this.#count(identity).catch(() => {});
      throw refusal;
    }
    await this.#count(identity);
    return identity;
  }

  /** Whether the limits have heard of this request: one that comes to no procedure has to be a `visit`. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /**
   * Who it is: found out, and counted where it is nobody, once a request, however many procedures that brings.
   * Rejects with `unauthenticated`, or `rate_limited` in its place.
   */
  identify(): Promise<KnownCaller> {
    this.#known ??= this.#identify();
    return this.#known;
  }

  /**
   * Counts a request for what needs no token, or is not there. Rejects with `rate_limited` where an address came too
   * often; whoever shows a token of ours is counted, and not refused.
   */
  async visit(): Promise<void> {
    try {
      await this.#count(await this.identify()).catch(() => {});
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
    }
  }

  /** Counts a procedure before it is called. Rejects as `admit` does, but for `forbidden`. */
  async countAhead(): Promise<KnownCaller> {
    const identity = await this.identify();
    await this.#count(identity);
    this.#counted += 1;
    return identity;
  }

  /** Lets the request in without counting it. Rejects with `unauthenticated` or `rate_limited`. */
  async enter(): Promise<void> {
    this.#sender.enter((await this.identify()).account.id);
  }

  async #count({ token, account }: KnownCaller): Promise<void> {
    this.#isCounted = true;
    if (this.#counted === 0) await this.#limits.takeToken(token.id, account.id);
    else this.#counted -= 1;
    this.#sender.enter(account.id);
  }

  async #identify(): Promise<KnownCaller> {
    try {
      return await this.#authenticate();
    } catch (error) {
      if (isUnauthenticated(error)) {
        this.#isCounted = true;
        await this.#limits.takeAddress(this.#sender.address, this.#sender.procedures);
      }
      throw error;
    }
  }

  async #authenticate(): Promise<KnownCaller> {
    const now = toInstant(this.#clock());
    const { token, account } = await findValidToken(this.#store, hashTokenSecret(this.#secret()), now);
    this.#store.tokens.touch(token.id, now);
    return {
      actor: { kind: 'token', token_id: token.id, address: this.#sender.address },
      scopes: token.scopes,
      token,
      account,
    };
  }

  #secret(): string {
    const { authorization } = this.#sender;
    if (authorization === undefined) {
      throw unauthenticated('Send your token in a header: Authorization: Bearer lh_…');
    }
    const secret = BEARER.exec(authorization)?.[1];
    if (secret === undefined || !looksLikeToken(secret)) {
      throw unauthenticated(
        'A token is lh_ and 43 characters, after the word Bearer: check that all of it was copied.',
      );
    }
    return secret;
  }
}

/** A caller with a token always has both. */
type KnownCaller = Identity & { readonly token: TokenRow; readonly account: AccountRow };

function isUnauthenticated(error: unknown): boolean {
  return error instanceof LetterheadError && error.code === 'unauthenticated';
}
