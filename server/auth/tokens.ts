import type { CurrentToken, NewToken, Token, TokenInput, TokenScope } from '@letterhead/shared';
import { hasScope, LetterheadError, SCOPES, SHARE_SCOPE } from '@letterhead/shared';
import { toDate, toInstant } from '../instant.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { TokenRow } from '../store/interface/token-row.ts';
import { toAccount } from './accounts.ts';
import type { AuthDeps, Identity } from './identity.ts';
import { authorize, findValidToken } from './identity.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { createToken, tokenEvent } from './new-token.ts';

export interface TokensDeps extends AuthDeps {
  /** Whether mail servers may fetch keys. */
  readonly keyDelivery: boolean;
  /** The zone that keys can be in. */
  readonly keyZone: { readonly zone: string | null };
}

/** Tokens of accounts. But for `keys:read`, no token grants or revokes a scope that it does not have itself. */
export class Tokens {
  readonly #deps: TokensDeps;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** The caller's own token. Throws `not_found` for the command line on the data folder. */
  current(identity: Identity): CurrentToken {
    if (identity.token === null || identity.account === null) {
      throw new LetterheadError('not_found', 'There is no token: the data folder is opened directly.');
    }
    const grants = SCOPES.filter((scope) => this.#mayGrant(identity, scope));
    const key_zone = this.#deps.keyZone.zone;
    return { ...toToken(identity.token), account: toAccount(identity.account), grants, key_zone };
  }

  async list(account: AccountRow): Promise<Token[]> {
    return (await this.#deps.store.tokens.list(account.id, { domain: null })).map(toToken);
  }

  /** Only this result contains the secret. */
  async create(account: AccountRow, input: TokenInput, identity: Identity): Promise<NewToken> {
    this.#refuseGrant(identity, input.scopes);
    const { name, scopes, expires_at: expiresAt } = input;
    const plan = { name, scopes, expiresAt, domain: null };
    const { row, secret } = await createToken(this.#deps, account, plan, identity);
    return { ...toToken(row), token: secret };
  }

  /**
   * The token is refused from the next request on. Rejects with `last_admin` if no other valid token has the scope
   * admin, unless `confirm` is the token's id.
   */
  async revoke(
    account: AccountRow,
    id: number,
    confirm: number | undefined,
    identity: Identity,
  ): Promise<void> {
    const at = toInstant(this.#deps.clock());
    const row = await this.#deps.store.tokens.get(account.id, id);
    // A share link is revoked at its domain.
    const isToken = row !== undefined && row.domain_id === null;
    if (isToken) refuseRevoke(identity, row.scopes);
    const revoked =
      isToken &&
      (await this.#deps.store.tokens.delete(account.id, id, (gone, admins) => {
        if (confirm !== id)
          refuseLastAdmin(admins, { goes: (token) => token.id === id, now: at, confirm: `${id}` });
        return tokenEvent('revoked', gone, { domain: null, actor: identity.actor, at });
      }));
    if (!revoked) throw new LetterheadError('not_found', `Account ${account.id} has no token ${id}.`);
  }

  /** Only administrators grant `keys:read`: while keys are delivered, or at the command line on the data folder. */
  #mayGrant({ scopes, token }: Identity, scope: TokenScope): boolean {
    if (scope !== 'keys:read') return hasScope(scopes, scope);
    return hasScope(scopes, 'admin') && (this.#deps.keyDelivery || token === null);
  }

  #refuseGrant(identity: Identity, scopes: readonly TokenScope[]): void {
    const missing = scopes.find((scope) => !this.#mayGrant(identity, scope));
    if (missing === undefined) return;
    throw new LetterheadError(
      'forbidden',
      missing !== 'keys:read'
        ? `A token can grant only what it may do itself, and yours lacks the scope ${missing}.`
        : hasScope(identity.scopes, 'admin')
          ? 'The scope keys:read is granted only while KEY_DELIVERY=true, or by the command line on the server’s machine.'
          : 'Only a token with the scope admin can grant keys:read.',
    );
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

function refuseRevoke(identity: Identity, scopes: readonly TokenScope[]): void {
  const missing = scopes.find((scope) => !hasScope(identity.scopes, scope));
  if (missing === undefined || identity.scopes.includes('admin')) return;
  throw new LetterheadError(
    'forbidden',
    `That token has the scope ${missing}, which yours lacks: revoke it with one that has it.`,
  );
}
