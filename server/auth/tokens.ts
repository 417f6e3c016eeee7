import type { CurrentToken, NewToken, Token, TokenInput, TokenScope } from '@letterhead/shared';
import { hasScope, LetterheadError, SHARE_SCOPE } from '@letterhead/shared';
import { toDate, toInstant } from '../instant.ts';
import type { AccountRow, TokenRow } from '../store/store.ts';
import { toAccount } from './accounts.ts';
import type { AuthDeps, Identity } from './identity.ts';
import { authorize, findValidToken } from './identity.ts';
import { createToken, tokenEvent } from './new-token.ts';

/** Tokens of accounts. No token grants or revokes a scope that it does not have itself. */
export class Tokens {
  readonly #deps: AuthDeps;

  constructor(deps: AuthDeps) {
    this.#deps = deps;
  }

  /** The caller's own token. Throws `not_found` for the command line on the data folder. */
  current(identity: Identity): CurrentToken {
    if (identity.token === null || identity.account === null) {
      throw new LetterheadError('not_found', 'There is no token: the data folder is opened directly.');
    }
    return { ...toToken(identity.token), account: toAccount(identity.account) };
  }

  async list(account: AccountRow): Promise<Token[]> {
    return (await this.#deps.store.tokens.list(account.id, { domain: null })).map(toToken);
  }

  /** Only this result contains the secret. */
  async create(account: AccountRow, input: TokenInput, identity: Identity): Promise<NewToken> {
    refuseMoreThanHeld(identity, input.scopes, 'grant');
    const { name, scopes, expires_at: expiresAt } = input;
    const plan = { name, scopes, expiresAt, domain: null };
    const { row, secret } = await createToken(this.#deps, account, plan, identity);
    return { ...toToken(row), token: secret };
  }

  /** The token is refused from the next request on. */
  async revoke(account: AccountRow, id: number, identity: Identity): Promise<void> {
    const row = await this.#deps.store.tokens.get(account.id, id);
    // A share link is revoked at its domain.
    const isToken = row !== undefined && row.domain_id === null;
    if (isToken) refuseMoreThanHeld(identity, row.scopes, 'revoke');
    const revoked =
      isToken &&
      (await this.#deps.store.tokens.delete(account.id, id, (gone) =>
        tokenEvent('token.revoked', gone, {
          domain: null,
          actor: identity.actor,
          at: toInstant(this.#deps.clock()),
        }),
      ));
    if (!revoked) throw new LetterheadError('not_found', `Account ${account.id} has no token ${id}.`);
  }

  /**
   * Authenticates and authorizes again a caller that was admitted earlier: its token may have been revoked since, or
   * its account suspended. Rejects with `unauthenticated` or `forbidden`.
   */
  async confirm(identity: Identity, scope: TokenScope, account: number | null): Promise<void> {
    if (identity.token === null) return;
    const current = await findValidToken(
      this.#deps.store,
      identity.token.hash,
      toInstant(this.#deps.clock()),
    );
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
    expires_at: toDate(row.expires_at),
    last_used_at: toDate(row.last_used_at),
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
