import type { Token } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { Time } from '../components/time.tsx';
import { useFocusFallback } from '../components/use-focus-fallback.ts';
import { useIdentity, useMay } from '../session/identity.ts';
import { CreateToken } from './create-token.tsx';
import { RevokeToken } from './revoke-token.tsx';
import { SCOPES } from './scopes.ts';

/** The account and its tokens. */
export default function TokensPage() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const { data: tokens, error, refetch } = useQuery(api.tokens.list.queryOptions({ account: account.id }));
  return (
    <Page
      title="Tokens"
      heading="Tokens"
      actions={
        mayWrite && (
          <button type="button" class="button primary" onClick={() => setCreating(true)}>
            <Plus aria-hidden="true" />
            Create token
          </button>
        )
      }
    >
      <p class="lead">
        Tokens give a person or program access to <strong>{account.name}</strong>. Create one for each; revoke
        those you no longer need.
      </p>
      {error !== null && tokens === undefined && <Failure error={error} onRetry={refetch} />}
      <TokenTable tokens={tokens} onRevoke={mayWrite ? setRevoking : null} />
      {creating && <CreateToken onClose={() => setCreating(false)} />}
      {revoking !== null && <RevokeToken token={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

interface TokenTableProps {
  readonly tokens: readonly Token[] | undefined;
  readonly onRevoke: ((token: Token) => void) | null;
}

function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  return (
    <table class="tokens" aria-busy={tokens === undefined}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Permissions</th>
          <th scope="col">Last used</th>
          <th scope="col">Expires</th>
          <th scope="col">
            <span class="visually-hidden">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens?.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={onRevoke} />
        ))}
      </tbody>
    </table>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: TokenTableProps['onRevoke'] }) {
  const own = useIdentity().token.id === token.id;
  const row = useFocusFallback<HTMLTableRowElement>();
  return (
    <tr ref={row}>
      <th scope="row">
        {token.name}
        {own && <span class="tag">yours</span>}
        <small>
          <code>{token.prefix}…</code>
        </small>
      </th>
      <td data-label="Permissions">{token.scopes.map((scope) => SCOPES[scope].word).join(', ')}</td>
      <td data-label="Last used">
        {token.last_used_at === null ? 'never' : <Time at={token.last_used_at} />}
      </td>
      <td data-label="Expires">
        {token.expires_at === null ? 'never' : <Time at={token.expires_at} />}
        {isExpired(token) && <span class="tag">expired</span>}
      </td>
      <td>
        {onRevoke !== null && (
          <button type="button" class="button danger-quiet" onClick={() => onRevoke(token)}>
            Revoke<span class="visually-hidden"> {token.name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

function isExpired({ expires_at }: Token): boolean {
  return expires_at !== null && expires_at.getTime() <= Date.now();
}
