import type { Token } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { api, queryClient } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { useIdentity } from '../session/identity.ts';
import { signOut } from '../session/session.ts';

/** Revokes a token, after saying who loses what. */
export function RevokeToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const { account, token: own } = useIdentity();
  const isOwn = token.id === own.id;
  const revoke = useMutation(
    api.tokens.revoke.mutationOptions({
      onSuccess: async () => {
        if (isOwn) return signOut('You have revoked the token that you were signed in with.');
        await queryClient.invalidateQueries({ queryKey: api.tokens.list.queryKey({ account: account.id }) });
        onClose();
      },
    }),
  );
  return (
    <Dialog title={`Revoke “${token.name}”?`} onClose={onClose}>
      <p>
        Whoever uses this token is refused from the next request on. This can’t be undone; another token can
        be made.
        {isOwn && <strong> It is the one that you are signed in with: you will be signed out.</strong>}
      </p>
      {revoke.error !== null && <Failure error={revoke.error} />}
      <div class="actions">
        <button
          type="button"
          class="button danger"
          disabled={revoke.isPending}
          onClick={() => revoke.mutate({ account: account.id, id: token.id })}
        >
          {revoke.isPending ? 'Revoking…' : `Revoke “${token.name}”`}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
