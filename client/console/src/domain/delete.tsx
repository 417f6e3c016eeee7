import type { Domain } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter-preact';
import { api, queryClient } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';

/** Deletes the domain, after saying what breaks. */
export function Delete({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { account_id: account, id } = domain;
  const name = <DomainName name={domain.domain} />;
  const [, navigate] = useLocation();
  const remove = useMutation(
    api.domains.delete.mutationOptions({
      onSuccess: () => {
        queryClient.setQueryData(api.domains.statuses.queryKey({ account }), (all) =>
          all?.filter((one) => one.id !== id),
        );
        navigate(`/accounts/${account}/domains`);
      },
    }),
  );
  return (
    <Dialog title={<>Delete {name}?</>} onClose={onClose}>
      <ul class="consequences">
        {domain.verified ? (
          <li>
            Sending from addresses at <strong>{name}</strong> stops immediately.
          </li>
        ) : (
          <li>
            <strong>{name}</strong> can’t become verified any more, even if its records are added to the DNS.
          </li>
        )}
        <li>Its key is destroyed. If you add the domain again, you’ll get new records to publish.</li>
        <li>Mail that is still on its way may fail verification once you remove the records from the DNS.</li>
      </ul>
      {remove.error !== null && <Failure error={remove.error} />}
      <DialogActions
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.mutate({ account, id })}
        onCancel={onClose}
      >
        {remove.isPending ? 'Deleting…' : <span>Delete {name}</span>}
      </DialogActions>
    </Dialog>
  );
}
