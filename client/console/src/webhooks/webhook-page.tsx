import type { Webhook } from '@letterhead/shared';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { NotFoundInAccount } from '../layout/not-found.tsx';
import { useIdentity } from '../session/identity.ts';
import { WebhookSecret } from './add-webhook.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { WebhookEvents } from './webhook-events.tsx';
import { describeState } from './webhook-words.ts';

/** One endpoint, and what was sent to it. */
export default function WebhookPage({ id }: { id: number }) {
  const { account } = useIdentity();
  const { data, error, refetch } = useQuery(api.webhooks.get.queryOptions({ account: account.id, id }));
  const code = error === null ? null : toApiError(error).code;
  if (code === 'not_found' || code === 'invalid') {
    return <NotFoundInAccount what="This webhook doesn’t exist or was deleted." />;
  }
  return (
    <Page
      title="Webhook"
      heading="Webhook"
      back={
        <Link href={`/accounts/${account.id}/settings/webhooks`} class="back">
          <ArrowLeft aria-hidden="true" />
          Webhooks
        </Link>
      }
    >
      {error !== null && data === undefined && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <p class="loading">Loading…</p>}
      {data !== undefined && (
        <>
          <Summary webhook={data} />
          <DeliveryLog webhook={data} />
        </>
      )}
    </Page>
  );
}

function Summary({ webhook }: { webhook: Webhook }) {
  const { account } = useIdentity();
  const [open, setOpen] = useState<'secret' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const [skips, setSkips] = useState(false);
  const of = { account: account.id, id: webhook.id };
  const update = useMutation(api.webhooks.update.mutationOptions({ onSuccess: keep }));
  return (
    <section aria-labelledby="webhook-title" class="webhook">
      <h2 id="webhook-title">{webhook.url}</h2>
      <p>
        <WebhookEvents webhook={webhook} named={webhook.domains?.length ?? 0} />. {describeState(webhook)}.
      </p>
      {update.error !== null && <Failure error={update.error} />}
      {!webhook.enabled && (
        <label class="check">
          <input type="checkbox" checked={skips} onChange={() => setSkips(!skips)} /> Skip what has happened
          meanwhile
        </label>
      )}
      <div class="actions">
        <BusyButton
          type="button"
          class="button"
          isBusy={update.isPending}
          onClick={() =>
            update.mutate({ ...of, enabled: !webhook.enabled, skip_backlog: !webhook.enabled && skips })
          }
        >
          {webhook.enabled ? 'Disable' : 'Enable'}
        </BusyButton>
        <button type="button" class="button" onClick={() => setOpen('secret')}>
          Change secret
        </button>
        <button type="button" class="button danger-quiet" onClick={() => setOpen('delete')}>
          Delete
        </button>
      </div>
      {open === 'secret' && <ChangeSecret webhook={webhook} onClose={close} />}
      {open === 'delete' && <DeleteWebhook webhook={webhook} onClose={close} />}
    </section>
  );
}

/** Puts a changed webhook in the place of what was shown, and has the list read again. */
function keep(webhook: Webhook): void {
  const { account_id: account, id } = webhook;
  queryClient.setQueryData(api.webhooks.get.queryKey({ account, id }), webhook);
  void queryClient.invalidateQueries({ queryKey: api.webhooks.list.queryKey({ account }) });
}

/** Asks before the secret is changed, then shows the new one, this once. */
function ChangeSecret({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const change = useMutation(api.webhooks.rotateSecret.mutationOptions());
  if (change.data !== undefined) {
    const hint = 'Copy it now, and give it to your program within a day. You won’t see it again.';
    return <WebhookSecret secret={change.data.secret} hint={hint} onClose={onClose} />;
  }
  return (
    <Dialog title="Change the secret?" onClose={onClose}>
      <p>
        You get a new secret. For a day, what is sent is signed with both, so that your program can change
        over; then with the new one alone.
      </p>
      {change.error !== null && <Failure error={change.error} />}
      <DialogActions
        isPending={change.isPending}
        onConfirm={() => change.mutate({ account: webhook.account_id, id: webhook.id })}
        onCancel={onClose}
      >
        {change.isPending ? 'Changing…' : 'Change the secret'}
      </DialogActions>
    </Dialog>
  );
}

function DeleteWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { account } = useIdentity();
  const [, navigate] = useLocation();
  const remove = useMutation(
    api.webhooks.delete.mutationOptions({
      onSuccess: () => {
        navigate(`/accounts/${account.id}/settings/webhooks`);
        return queryClient.invalidateQueries({
          queryKey: api.webhooks.list.queryKey({ account: account.id }),
        });
      },
    }),
  );
  return (
    <Dialog title="Delete this webhook?" onClose={onClose}>
      <p>
        Nothing is sent to <strong>{webhook.url}</strong> any more. This can’t be undone.
      </p>
      {remove.error !== null && <Failure error={remove.error} />}
      <DialogActions
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.mutate({ account: account.id, id: webhook.id })}
        onCancel={onClose}
      >
        {remove.isPending ? 'Deleting…' : 'Delete'}
      </DialogActions>
    </Dialog>
  );
}
