import type { Token } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
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
  const isLastAdmin = revoke.error !== null && toApiError(revoke.error).code === 'last_admin';
  return (
    <Dialog title={`Revoke “${token.name}”?`} onClose={onClose}>
      <p>
        It stops working immediately. This can’t be undone.
        {isOwn && <strong> You are signed in with this token, and will be signed out.</strong>}
      </p>
      {isLastAdmin ? (
        <p role="alert">
          <strong>Nobody could administer Letterhead any more:</strong> no other valid token is an admin’s.
          Create one first, or ask whoever runs the server to create one at the command line.
        </p>
      ) : (
        revoke.error !== null && <Failure error={revoke.error} />
      )}
      <DialogActions
        isDangerous
        isPending={revoke.isPending}
        onConfirm={() =>
          revoke.mutate({
            account: account.id,
            id: token.id,
            confirm: isLastAdmin ? token.id : undefined,
          })
        }
        onCancel={onClose}
      >
        {revoke.isPending ? 'Revoking…' : isLastAdmin ? 'Revoke it anyway' : `Revoke “${token.name}”`}
      </DialogActions>
    </Dialog>
  );
}
