import type { Actor, NewShare, Share } from '@letterhead/shared';
import { LetterheadError, SHARE_DAYS, SHARE_SCOPE } from '@letterhead/shared';
import { DAY, toDate, toInstant } from '../instant.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { TokenRow } from '../store/interface/token-row.ts';
import type { AuthDeps, Identity } from './identity.ts';
import type { TokenPlan } from './new-token.ts';
import { createToken, tokenEvent } from './new-token.ts';

export interface SharesDeps extends AuthDeps {
  /** The server's public address; null if not set. */
  readonly publicUrl: string | null;
}

/** Share links: tokens that show and check one domain, and nothing else. */
export class Shares {
  readonly #deps: SharesDeps;

  constructor(deps: SharesDeps) {
    this.#deps = deps;
  }

  async list(account: AccountRow, domain: DomainRow): Promise<Share[]> {
    return (await this.#deps.store.tokens.list(account.id, { domain: domain.id })).map(toShare);
  }

  /** Expires after a week unless `expiresAt` is given. Only this result contains the secret. */
  async create(
    account: AccountRow,
    domain: DomainRow,
    expiresAt: Date | null | undefined,
    identity: Identity,
  ): Promise<NewShare> {
    const { clock, publicUrl } = this.#deps;
    const plan: TokenPlan = {
      name: `Share link for ${domain.domain}`,
      scopes: [SHARE_SCOPE],
      expiresAt: expiresAt === undefined ? new Date(clock().getTime() + SHARE_DAYS * DAY) : expiresAt,
      domain,
    };
    const { row, secret } = await createToken(this.#deps, account, plan, identity);
    const url = publicUrl === null ? null : `${publicUrl}/share#${secret}`;
    return { ...toShare(row), token: secret, url };
  }

  /** The link is refused from the next request on. */
  async revoke(account: AccountRow, domain: DomainRow, id: number, actor: Actor): Promise<void> {
    const { store, clock } = this.#deps;
    const at = toInstant(clock());
    const row = await store.tokens.get(account.id, id);
    const revoked =
      row?.domain_id === domain.id &&
      (await store.tokens.delete(account.id, id, (gone) =>
        tokenEvent('revoked', gone, { domain, actor, at }),
      ));
    if (!revoked) throw new LetterheadError('not_found', `${domain.domain} has no share link ${id}.`);
  }
}

function toShare(row: TokenRow): Share {
  return {
    id: row.id,
    expires_at: toDate(row.expires_at),
    last_used_at: toDate(row.last_used_at),
    created_at: new Date(row.created_at),
  };
}
