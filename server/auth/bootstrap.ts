import { SCOPES } from '@letterhead/shared';
import { COMMAND_LINE } from '../actors.ts';
import { toInstant } from '../instant.ts';
import { NEW_ACCOUNT } from './accounts.ts';
import type { AuthDeps } from './identity.ts';
import { tokenEvent, toNewToken } from './new-token.ts';
import { makeTokenSecret } from './token-secret.ts';

/** All scopes but `keys:read`, so that a first token that leaks gives away no private keys. */
const FIRST_SCOPES = SCOPES.filter((scope) => scope !== 'keys:read');

/** Account and token that the first start created. `secret` is null if the operator chose it with BOOTSTRAP_TOKEN. */
export interface FirstAccount {
  readonly account: number;
  readonly secret: string | null;
}

/** Creates the first account with its token, in one commit; null if there is an account already. */
export async function createFirstAccount(
  { store, clock }: AuthDeps,
  bootstrapToken: string | null,
): Promise<FirstAccount | null> {
  const secret = bootstrapToken ?? makeTokenSecret();
  const at = toInstant(clock());
  const actor = COMMAND_LINE;
  const plan = { name: 'First token', scopes: FIRST_SCOPES, expiresAt: null, domain: null };
  const account = await store.accounts.createFirst(
    { ...NEW_ACCOUNT, name: 'Help desk', created_at: at, updated_at: at },
    toNewToken(plan, secret, at),
    ({ name }, token) => [
      { type: 'account.created', domain: null, actor, at, changes: { name } },
      tokenEvent('created', token, { domain: null, actor, at }),
    ],
  );
  if (account === null) return null;
  return { account: account.id, secret: bootstrapToken === null ? secret : null };
}
