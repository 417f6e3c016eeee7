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
import { MakeToken } from './make-token.tsx';
import { RevokeToken } from './revoke-token.tsx';
import { SCOPES } from './scopes.ts';

/** The account and its tokens. */
export function TokensPage() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const { data: tokens, error, refetch } = useQuery(api.tokens.list.queryOptions({ account: account.id }));
  return (
    <Page
      title="Tokens"
      heading="Tokens"
      actions={
        mayWrite && (
          <button type="button" class="button primary" onClick={() => setMaking(true)}>
            <Plus aria-hidden="true" />
            Make a token
          </button>
        )
      }
    >
      <p class="lead">
        A token lets a program or a person into the account <strong>{account.name}</strong> (number{' '}
        {account.id}). Whoever has it may do what it allows: make one for each, and revoke those that are no
        longer needed.
      </p>
      {error !== null && tokens === undefined && <Failure error={error} onRetry={refetch} />}
      <TokenTable tokens={tokens} onRevoke={mayWrite ? setRevoking : null} />
      {making && <MakeToken onClose={() => setMaking(false)} />}
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
          <th scope="col">May</th>
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
      <td data-label="May">{token.scopes.map((scope) => SCOPES[scope].word).join(', ')}</td>
      <td data-label="Last used">
        {token.last_used_at === null ? 'never' : <Time at={token.last_used_at} />}
      </td>
      <td data-label="Expires">{token.expires_at === null ? 'never' : <Time at={token.expires_at} />}</td>
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
