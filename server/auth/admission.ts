import type { TokenScope } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { TokenRow } from '../store/interface/token-row.ts';
import type { AuthDeps, Caller, Identity } from './identity.ts';
import { authorize, findValidToken, unauthenticated } from './identity.ts';
import type { RateLimits } from './rate-limits.ts';
import { hashTokenSecret, looksLikeToken } from './token-secret.ts';

export const BEARER = /^Bearer +(\S+) *$/i;

/** The headers that can hold a token: what precedes it there, and how callers are told. */
const TOKEN_HEADERS = {
  authorization: { pattern: BEARER, example: 'Authorization: Bearer lh_…', after: 'the word Bearer' },
  'x-vault-token': { pattern: /^(\S+)$/, example: 'X-Vault-Token: lh_…', after: 'X-Vault-Token:' },
} as const;

export interface AdmissionDeps extends AuthDeps {
  readonly limits: RateLimits;
}

/** The header that a request has its token in, or should have; no value: it has none. */
export interface TokenHeader {
  readonly name: keyof typeof TOKEN_HEADERS;
  readonly value: string | undefined;
}

/** Where a request comes from. */
export interface RequestOrigin {
  readonly tokenHeader: TokenHeader;
  readonly address: string;
  /** Counts the request as one of the account's requests in flight. Throws `rate_limited` if there are too many. */
  readonly enter: (account: number) => void;
}

/** Identity of a caller over HTTP. */
export type TokenIdentity = Identity & { readonly token: TokenRow; readonly account: AccountRow };

/**
 * Authenticates, authorizes and counts one HTTP request; nothing else does. Refuses in this order: `unauthenticated`,
 * `forbidden`, `rate_limited`. Each procedure of the request counts once for its token and the token's account, or for
 * the address if the token is missing or invalid. A refused procedure counts as well. Signatures, and keys that
 * are fetched, have a limit of their own, by account, and count for no other.
 */
export class Admission implements Caller {
  /** Number of procedures in the request: more than one in a batch. */
  procedures = 1;
  readonly #deps: AdmissionDeps;
  readonly #origin: RequestOrigin;
  #identity: Promise<TokenIdentity> | undefined;
  /** Procedures that have been counted, and those of them that `admit` has not seen yet. */
  #counted = 0;
  #ahead = 0;

  constructor(deps: AdmissionDeps, origin: RequestOrigin) {
    this.#deps = deps;
    this.#origin = origin;
  }

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
    await this.#count(identity, scope);
    return identity;
  }

  /**
   * Authenticates a request whose procedures are not known before its body is read. Counts no procedure. Rejects with
   * `unauthenticated`, or with `rate_limited` if the account has too many requests in flight.
   */
  async enter(): Promise<TokenIdentity> {
    const identity = await this.#identify();
    this.#origin.enter(identity.account.id);
    return identity;
  }

  /**
   * Counts a stream before it begins, because it cannot be refused with a status afterwards. `admit` does the rest
   * later. Rejects with `unauthenticated` or `rate_limited`.
   */
  async countStream(): Promise<TokenIdentity> {
    const identity = await this.#identify();
    await this.#count(identity);
    this.#ahead += 1;
    return identity;
  }

  /** Counts a request for a page that needs no token. Rejects with `rate_limited`. */
  async countPage(): Promise<void> {
    try {
      await this.#count(await this.#identify());
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
    }
  }

  /**
   * Counts what `admit` has not seen: unknown paths, and procedures that failed before it. Rejects with `rate_limited`
   * only for an address without a valid token.
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

  /** Authenticates once per request. Rejects with `unauthenticated`, or `rate_limited` in its place. */
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

  /** `scope`: of a procedure that is admitted; null for any other. */
  async #count({ token, account }: TokenIdentity, scope: TokenScope | null = null): Promise<void> {
    if (this.#ahead > 0) {
      this.#ahead -= 1;
      return;
    }
    this.#counted += 1;
    const { limits } = this.#deps;
    if (scope === 'domains:sign' || scope === 'keys:read') await limits.takeSignature(account.id);
    else await limits.takeToken(token.id, account.id);
    this.#origin.enter(account.id);
  }

  #secret(): string {
    const { name, value } = this.#origin.tokenHeader;
    const { pattern, example, after } = TOKEN_HEADERS[name];
    if (value === undefined) throw unauthenticated(`Send your token in a header: ${example}`);
    const secret = pattern.exec(value)?.[1];
    if (secret === undefined || !looksLikeToken(secret)) {
      throw unauthenticated(
        `A token is lh_ and 43 characters, after ${after}: check that all of it was copied.`,
      );
    }
    return secret;
  }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof LetterheadError && error.code === 'unauthenticated';
}
