import type { Account } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Failure } from '../components/failure.tsx';
import { useIdentity } from '../session/identity.ts';
import { signOut } from '../session/session.ts';

/** Suspends and resumes the account. */
export function Suspension({ account }: { account: Account }) {
  const [isAsking, setAsking] = useState(false);
  const update = useMutation(
    api.accounts.update.mutationOptions({
      onSuccess: (updated) => {
        queryClient.setQueryData(api.accounts.get.queryKey({ account: account.id }), updated);
        setAsking(false);
      },
    }),
  );
  return (
    <section aria-labelledby="suspension-title">
      <h2 id="suspension-title">
        {account.suspended ? 'This account is suspended' : 'Suspend this account'}
      </h2>
      <p class="hint">
        {account.suspended
          ? 'Its tokens and share links are refused, and its domains are not checked.'
          : 'Its tokens and share links are refused, and its domains are not checked, until it is resumed. Nothing is deleted.'}
      </p>
      {update.error !== null && !isAsking && <Failure error={update.error} />}
      <div class="actions">
        {account.suspended ? (
          <BusyButton
            type="button"
            class="button"
            isBusy={update.isPending}
            onClick={() => update.mutate({ account: account.id, suspended: false })}
          >
            Resume
          </BusyButton>
        ) : (
          <button type="button" class="button danger-quiet" onClick={() => setAsking(true)}>
            Suspend
          </button>
        )}
      </div>
      {isAsking && <SuspendDialog account={account} onClose={() => setAsking(false)} />}
    </section>
  );
}

function SuspendDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { token } = useIdentity();
  const isOwn = token.account_id === account.id;
  const suspend = useMutation(
    api.accounts.update.mutationOptions({
      onSuccess: (updated) => {
        if (isOwn) return signOut('You have suspended the account that you were signed in to.');
        queryClient.setQueryData(api.accounts.get.queryKey({ account: account.id }), updated);
        onClose();
      },
    }),
  );
  return (
    <Dialog title={`Suspend “${account.name}”?`} onClose={onClose}>
      <ul class="consequences">
        <li>Its tokens and share links are refused from the next request on.</li>
        <li>Its domains are not checked, and its mail is not signed.</li>
        {isOwn && (
          <li>
            <strong>You are signed in with a token of this account, and will be signed out.</strong> Only an
            administrator of another account can resume it, or whoever runs the server.
          </li>
        )}
      </ul>
      {suspend.error !== null && <Failure error={suspend.error} />}
      <DialogActions
        isDangerous
        isPending={suspend.isPending}
        onConfirm={() => suspend.mutate({ account: account.id, suspended: true })}
        onCancel={onClose}
      >
        {suspend.isPending ? 'Suspending…' : 'Suspend'}
      </DialogActions>
    </Dialog>
  );
}
