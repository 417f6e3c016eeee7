import type { Actor, NewShare, Share } from '@letterhead/shared';
import { LetterheadError, SHARE_DAYS, SHARE_SCOPE } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { AccountRow, DomainRow, NewEvent, Store, TokenRow } from '../store/store.ts';
import type { Identity } from './identity.ts';
import type { TokenPlan } from './new-token.ts';
import { createToken, tokenEvent } from './new-token.ts';

const DAY = 24 * 60 * 60 * 1000;

export interface SharesNeeds {
  readonly store: Store;
  readonly clock: Clock;
  /** Where people find this server; null where it does not know. */
  readonly publicUrl: string | null;
}

/** Share links: tokens that show one domain and can do nothing else but check it. */
export class Shares {
  readonly #needs: SharesNeeds;

  constructor(needs: SharesNeeds) {
    this.#needs = needs;
  }

  async list(account: AccountRow, domain: DomainRow): Promise<Share[]> {
    return (await this.#needs.store.tokens.list(account.id, { domain: domain.id })).map(toShare);
  }

  /** Without `expiresAt`, for a week. The answer holds the secret, this once. */
  async create(
    account: AccountRow,
    domain: DomainRow,
    expiresAt: Date | null | undefined,
    identity: Identity,
  ): Promise<NewShare> {
    const { clock, publicUrl } = this.#needs;
    const plan: TokenPlan = {
      name: `Share link for ${domain.domain}`,
      scopes: [SHARE_SCOPE],
      expiresAt: expiresAt === undefined ? new Date(clock().getTime() + SHARE_DAYS * DAY) : expiresAt,
      domain,
    };
    const { row, secret } = await createToken(this.#needs, account, plan, identity);
    const url = publicUrl === null ? null : `${publicUrl}/share#${secret}`;
    return { ...toShare(row), token: secret, url };
  }

  /** From the next request on, the link is refused. */
  async revoke(account: AccountRow, domain: DomainRow, id: number, actor: Actor): Promise<void> {
    const { tokens } = this.#needs.store;
    const row = await tokens.get(account.id, id);
    const revoked =
      row?.domain_id === domain.id &&
      (await tokens.delete(account.id, id, (gone) => this.#revoked(gone, domain, actor)));
    if (!revoked) throw new LetterheadError('not_found', `${domain.domain} has no share link ${id}.`);
  }

  /** What there is to tell of the links to a domain that is deleted: they go with it. */
  revocations(shares: readonly TokenRow[], domain: DomainRow, actor: Actor): NewEvent[] {
    return shares.map((row) => this.#revoked(row, domain, actor));
  }

  #revoked(row: TokenRow, domain: DomainRow, actor: Actor): NewEvent {
    return tokenEvent('token.revoked', row, { domain, actor, at: toInstant(this.#needs.clock()) });
  }
}

function toShare(row: TokenRow): Share {
  return {
    id: row.id,
    expires_at: row.expires_at === null ? null : new Date(row.expires_at),
    last_used_at: row.last_used_at === null ? null : new Date(row.last_used_at),
    created_at: new Date(row.created_at),
  };
}
