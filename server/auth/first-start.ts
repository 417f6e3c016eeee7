import type { Actor } from '@letterhead/shared';
import { SCOPES } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import { toInstant } from '../instant.ts';
import type { Store } from '../store/store.ts';
import { describeToken, tokenEvent } from './new-token.ts';
import { makeTokenSecret } from './token-secret.ts';

const actor: Actor = { kind: 'cli', token_id: null, address: null };

/** What the first start has made. `secret` is null where the operator has chosen it, and so knows it. */
export interface FirstStart {
  readonly account: number;
  readonly secret: string | null;
}

/**
 * Makes the first account and a token with every scope for it, both in one change, where there is no account yet;
 * null otherwise. Resolves when both are safely stored.
 */
export async function makeFirstAccount(
  { store, clock }: { store: Store; clock: Clock },
  bootstrapToken: string | null,
): Promise<FirstStart | null> {
  const secret = bootstrapToken ?? makeTokenSecret();
  const at = toInstant(clock());
  const plan = { name: 'First token', scopes: SCOPES, expiresAt: null, domain: null };
  const account = await store.accounts.createFirst(
    { name: 'Help desk', suspended: false, created_at: at, updated_at: at },
    describeToken(plan, secret, at),
    ({ name }, token) => [
      { type: 'account.created', domain: null, actor, at, changes: { name } },
      tokenEvent('token.created', token, { domain: null, actor, at }),
    ],
  );
  if (account === null) return null;
  return { account: account.id, secret: bootstrapToken === null ? secret : null };
}
