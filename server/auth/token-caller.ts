import type { TokenScope } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { Store } from '../store/store.ts';
import type { Caller, Identity } from './identity.ts';
import { authorize } from './identity.ts';
import type { RateLimits } from './rate-limits.ts';
import { hashTokenSecret, looksLikeToken } from './token-secret.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/** A caller that shows, or fails to show, a token in its `Authorization` header. */
export class TokenCaller implements Caller {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #authorization: string | undefined;
  readonly #limits: RateLimits;
  readonly #address: string;
  #identity: Promise<Identity> | undefined;

  constructor(
    from: { store: Store; clock: Clock; limits: RateLimits },
    request: { authorization: string | undefined; address: string },
  ) {
    this.#limits = from.limits;
    this.#store = from.store;
    this.#clock = from.clock;
    this.#authorization = request.authorization;
    this.#address = request.address;
  }

  async admit(scope: TokenScope | null, account: () => Promise<number | null>): Promise<Identity> {
    // Found out once a request, however many procedures it brings.
    this.#identity ??= this.#identify();
    const identity = await this.#identity;
    authorize(identity, scope, await account());
    if (identity.token !== null) await this.#limits.takeToken(identity.token.id);
    return identity;
  }

  async #identify(): Promise<Identity> {
    try {
      return await this.#authenticate();
    } catch (error) {
      if (error instanceof LetterheadError && error.code === 'unauthenticated') {
        await this.#limits.takeAddress(this.#address);
      }
      throw error;
    }
  }

  async #authenticate(): Promise<Identity> {
    const now = toInstant(this.#clock());
    const token = await this.#store.findToken(hashTokenSecret(this.#secret()));
    if (token === undefined) throw unauthenticated('This token is not one of ours, or it was revoked.');
    if (token.expires_at !== null && token.expires_at <= now) {
      throw unauthenticated(`This token expired at ${token.expires_at}. Ask for a new one.`);
    }
    const account = await this.#store.getAccount(token.account_id);
    if (account === undefined) throw unauthenticated('The account of this token is gone.');
    this.#store.noteTokenUse(token.id, now);
    return {
      actor: { kind: 'token', token_id: token.id, address: this.#address },
      scopes: token.scopes,
      token,
      account,
    };
  }

  #secret(): string {
    if (this.#authorization === undefined) {
      throw unauthenticated('Send your token in a header: Authorization: Bearer lh_…');
    }
    const secret = BEARER.exec(this.#authorization)?.[1];
    if (secret === undefined || !looksLikeToken(secret)) {
      throw unauthenticated(
        'A token is lh_ and 43 characters, after the word Bearer: check that all of it was copied.',
      );
    }
    return secret;
  }
}

function unauthenticated(message: string): LetterheadError {
  return new LetterheadError('unauthenticated', message);
}
