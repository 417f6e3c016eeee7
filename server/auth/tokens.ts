import type { CurrentToken, NewToken, Scope, Token, TokenScope } from '@letterhead/shared';
import { hasScope, LetterheadError, SHARE_SCOPE } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { AccountRow, Store, TokenRow } from '../store/store.ts';
import { toAccount } from './accounts.ts';
import type { Identity } from './identity.ts';
import { authorize } from './identity.ts';
import { createToken, tokenEvent } from './new-token.ts';
import { findValidToken } from './valid-token.ts';

/** What a caller says to make a token. */
export interface TokenInput {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires_at: Date | null;
}

/** The tokens of accounts: made, listed, revoked. Nobody grants or revokes more than they hold themselves. */
export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(from: { store: Store; clock: Clock }) {
    this.#store = from.store;
    this.#clock = from.clock;
  }

  /** Who am I. */
  current(identity: Identity): CurrentToken {
    if (identity.token === null || identity.account === null) {
      throw new LetterheadError('not_found', 'There is no token: the data folder is opened directly.');
    }
    return { ...toToken(identity.token), account: toAccount(identity.account) };
  }

  async list(account: AccountRow): Promise<Token[]> {
    return (await this.#store.tokens.list(account.id, { domain: null })).map(toToken);
  }

  /** The answer holds the secret, this once. */
  async create(account: AccountRow, input: TokenInput, identity: Identity): Promise<NewToken> {
    refuseMoreThanHeld(identity, input.scopes, 'grant');
    const { name, scopes, expires_at: expiresAt } = input;
    const plan = { name, scopes, expiresAt, domain: null };
    const from = { store: this.#store, clock: this.#clock };
    const { row, secret } = await createToken(from, account, plan, identity);
    return { ...toToken(row), token: secret };
  }

  /** From the next request on, the token is refused. */
  async revoke(account: AccountRow, id: number, identity: Identity): Promise<void> {
    const row = await this.#store.tokens.get(account.id, id);
    // Share links are their domain's.
    const isToken = row !== undefined && row.domain_id === null;
    if (isToken) refuseMoreThanHeld(identity, row.scopes, 'revoke');
    const revoked =
      isToken &&
      (await this.#store.tokens.delete(account.id, id, (gone) =>
        tokenEvent('token.revoked', gone, {
          domain: null,
          actor: identity.actor,
          at: toInstant(this.#clock()),
        }),
      ));
    if (!revoked) throw new LetterheadError('not_found', `Account ${account.id} has no token ${id}.`);
  }

  /**
   * Refuses, as at the door, somebody who was let in earlier and may have lost their token or account since.
   * `account`: the one that it is about; null for none.
   */
  async confirm(identity: Identity, scope: TokenScope, account: number | null): Promise<void> {
    if (identity.token === null) return;
    const current = await findValidToken(this.#store, identity.token.hash, toInstant(this.#clock()));
    authorize({ ...identity, ...current }, scope, account);
  }
}

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    account_id: row.account_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes.filter((scope) => scope !== SHARE_SCOPE),
    expires_at: row.expires_at === null ? null : new Date(row.expires_at),
    last_used_at: row.last_used_at === null ? null : new Date(row.last_used_at),
    created_at: new Date(row.created_at),
  };
}

function refuseMoreThanHeld(
  identity: Identity,
  scopes: readonly TokenScope[],
  what: 'grant' | 'revoke',
): void {
  const missing = scopes.find((scope) => !hasScope(identity.scopes, scope));
  if (missing === undefined) return;
  throw new LetterheadError(
    'forbidden',
    what === 'grant'
      ? `A token can grant only what it may do itself, and yours lacks the scope ${missing}.`
      : `That token has the scope ${missing}, which yours lacks: revoke it with one that has it.`,
  );
}
