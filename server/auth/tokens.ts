import type { Actor, CurrentToken, NewToken, Scope, Token, TokenScope } from '@letterhead/shared';
import { LetterheadError, SHARE_SCOPE } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { AccountRow, NewEvent, Store, TokenRow } from '../store/store.ts';
import { toAccount } from './accounts.ts';
import type { Identity } from './identity.ts';
import { authorize, hasScope } from './identity.ts';
import { refuseExpiry, refuseTooManyTokens } from './new-token-rules.ts';
import { hashTokenSecret, makeTokenSecret, tokenPrefix } from './token-secret.ts';
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
    return { ...this.#toToken(identity.token), account: toAccount(identity.account) };
  }

  async list(account: AccountRow): Promise<Token[]> {
    return (await this.#rowsOf(account)).map((row) => this.#toToken(row));
  }

  /** The answer holds the secret, this once. `secret` is given where the operator has chosen it. */
  async create(
    account: AccountRow,
    input: TokenInput,
    identity: Identity,
    secret = makeTokenSecret(),
  ): Promise<NewToken> {
    refuseMoreThanHeld(identity, input.scopes, 'grant');
    const now = this.#clock();
    refuseExpiry(input.expires_at, now, identity);
    await refuseTooManyTokens(this.#store, account.id);
    const row = await this.#store.createToken(
      account.id,
      (id) => ({
        id,
        account_id: account.id,
        domain_id: null,
        name: input.name,
        prefix: tokenPrefix(secret),
        hash: hashTokenSecret(secret),
        scopes: [...new Set(input.scopes)],
        expires_at: input.expires_at === null ? null : toInstant(input.expires_at),
        created_at: toInstant(now),
      }),
      (created) => this.#event('token.created', created, identity.actor),
    );
    if (row === undefined) throw new LetterheadError('not_found', `There is no account ${account.id}.`);
    return { ...this.#toToken(row), token: secret };
  }

  /** From the next request on, the token is refused. */
  async revoke(account: AccountRow, id: number, identity: Identity): Promise<void> {
    const row = (await this.#rowsOf(account)).find((token) => token.id === id);
    if (row !== undefined) refuseMoreThanHeld(identity, row.scopes, 'revoke');
    const revoked =
      row !== undefined &&
      (await this.#store.deleteToken(account.id, id, (gone) =>
        this.#event('token.revoked', gone, identity.actor),
      ));
    if (!revoked) throw new LetterheadError('not_found', `Account ${account.id} has no token ${id}.`);
  }

  /** Refuses, as at the door, somebody who was let in earlier and may have lost their token or account since. */
  async confirm(identity: Identity, scope: TokenScope, account: number): Promise<void> {
    if (identity.token === null) return;
    const current = await findValidToken(this.#store, identity.token.hash, toInstant(this.#clock()));
    authorize({ ...identity, ...current }, scope, account);
  }

  /** Share links are not among them: those are their domain's. */
  async #rowsOf(account: AccountRow): Promise<TokenRow[]> {
    return (await this.#store.listTokens(account.id)).filter((row) => row.domain_id === null);
  }

  #toToken(row: TokenRow): Token {
    const lastUse = this.#store.lastTokenUse(row.id);
    return {
      id: row.id,
      account_id: row.account_id,
      name: row.name,
      prefix: row.prefix,
      scopes: row.scopes.filter((scope) => scope !== SHARE_SCOPE),
      expires_at: row.expires_at === null ? null : new Date(row.expires_at),
      last_used_at: lastUse === null ? null : new Date(lastUse),
      created_at: new Date(row.created_at),
    };
  }

  #event(type: 'token.created' | 'token.revoked', row: TokenRow, actor: Actor): NewEvent {
    return {
      type,
      domain: null,
      actor,
      at: toInstant(this.#clock()),
      changes: { token_id: row.id, name: row.name, scopes: [...row.scopes] },
    };
  }
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
