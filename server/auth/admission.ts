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

export interface AdmissionDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: RateLimits;
}

/** Where a request comes from. */
export interface RequestOrigin {
  readonly authorization: string | undefined;
  readonly address: string;
  /** Counts the request among those that the account has under way. Throws `rate_limited` where those are too many. */
  readonly enter: (account: number) => void;
}

/** A caller over HTTP always has both. */
export type TokenIdentity = Identity & { readonly token: TokenRow; readonly account: AccountRow };

/**
 * Decides whether one request may do what it asks for: the only place that does. In this order: `unauthenticated`,
 * `forbidden`, `rate_limited`. Each procedure that the request brings counts once, for its token and that token's
 * account; for its address where it shows no token of ours. A refused procedure counts as well.
 */
export class Admission implements Caller {
  /** How many procedures the request brings: more than one in a batch. */
  procedures = 1;
  readonly #deps: AdmissionDeps;
  readonly #origin: RequestOrigin;
  #identity: Promise<TokenIdentity> | undefined;
  /** Procedures that have been counted, and how many of those `admit` has yet to see. */
  #counted = 0;
  #ahead = 0;

  constructor(deps: AdmissionDeps, origin: RequestOrigin) {
    this.#deps = deps;
    this.#origin = origin;
  }

  /** Admits one procedure. `account`: the one that it is about, null for none; asked for once the caller is known. */
  async admit(
    scope: TokenScope | null,
    account: () => number | null | Promise<number | null>,
  ): Promise<TokenIdentity> {
    const identity = await this.#identify();
    try {
      authorize(identity, scope, await account());
    } catch (error) {
      await this.#count(identity).catch(() => {});
      throw error;
    }
    await this.#count(identity);
    return identity;
  }

  /**
   * Lets a request go on before it has said what it is for, so that its body is read. Counts no procedure. Rejects with
   * `unauthenticated`, or with `rate_limited` where the account has too many requests under way.
   */
  async enter(): Promise<TokenIdentity> {
    const identity = await this.#identify();
    this.#origin.enter(identity.account.id);
    return identity;
  }

  /**
   * Counts a stream before it begins: once it has, it can't be refused with a status any more. `admit` decides about
   * the rest later. Rejects with `unauthenticated` or `rate_limited`.
   */
  async countStream(): Promise<TokenIdentity> {
    const identity = await this.#identify();
    await this.#count(identity);
    this.#ahead += 1;
    return identity;
  }

  /** Counts a request for a page that needs no token. Rejects with `rate_limited`, whether or not one is shown. */
  async countPage(): Promise<void> {
    try {
      await this.#count(await this.#identify());
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
    }
  }

  /**
   * Counts what no `admit` has seen: paths that are not there, procedures that failed before. It needs no token,
   * and refuses nobody who has one. Rejects with `rate_limited` where an address has come too often.
   */
  async settle(): Promise<void> {
    let identity: TokenIdentity;
    try {
      identity = await this.#identify();
    } catch (error) {
      if (isUnauthenticated(error)) return;
      throw error;
    }
    while (this.#counted < this.procedures) await this.#count(identity).catch(() => {});
  }

  /** Once a request. Rejects with `unauthenticated`, or `rate_limited` in its place. */
  #identify(): Promise<TokenIdentity> {
    this.#identity ??= this.#authenticate();
    return this.#identity;
  }

  async #authenticate(): Promise<TokenIdentity> {
    const { store, clock, limits } = this.#deps;
    const { address } = this.#origin;
    try {
      const now = toInstant(clock());
      const { token, account } = await findValidToken(store, hashTokenSecret(this.#secret()), now);
      store.tokens.touch(token.id, now);
      const actor = { kind: 'token', token_id: token.id, address } as const;
      return { actor, scopes: token.scopes, token, account };
    } catch (error) {
      if (isUnauthenticated(error)) await limits.takeAddress(address, this.procedures);
      throw error;
    }
  }

  async #count({ token, account }: TokenIdentity): Promise<void> {
    if (this.#ahead > 0) {
      this.#ahead -= 1;
      return;
    }
    this.#counted += 1;
    await this.#deps.limits.takeToken(token.id, account.id);
    this.#origin.enter(account.id);
  }

  #secret(): string {
    const { authorization } = this.#origin;
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

function isUnauthenticated(error: unknown): boolean {
  return error instanceof LetterheadError && error.code === 'unauthenticated';
}
