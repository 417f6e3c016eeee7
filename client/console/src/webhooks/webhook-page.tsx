import type { Webhook } from '@letterhead/shared';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { api, queryClient } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useIdentity } from '../session/identity.ts';
import { WebhookSecret } from './add-webhook.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { describeEvents, describeState } from './webhook-words.ts';

/** One endpoint, and what was sent to it. */
export default function WebhookPage({ id }: { id: number }) {
  const { account } = useIdentity();
  const { data, error, refetch } = useQuery(api.webhooks.get.queryOptions({ account: account.id, id }));
  return (
    <Page
      title="Webhook"
      heading="Webhook"
      back={
        <Link href={`/accounts/${account.id}/settings/webhooks`} class="back">
          All webhooks
        </Link>
      }
    >
      {error !== null && data === undefined && <Failure error={error} onRetry={refetch} />}
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
  const [secret, setSecret] = useState<string | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const [skips, setSkips] = useState(false);
  const of = { account: account.id, id: webhook.id };
  const update = useMutation(api.webhooks.update.mutationOptions({ onSuccess: keep }));
  const rotate = useMutation(
    api.webhooks.rotateSecret.mutationOptions({ onSuccess: (changed) => setSecret(changed.secret) }),
  );
  const error = update.error ?? rotate.error;
  return (
    <section aria-labelledby="webhook-title" class="webhook">
      <h2 id="webhook-title">{webhook.url}</h2>
      <p>
        {describeEvents(webhook)}. {describeState(webhook)}
      </p>
      {error !== null && <Failure error={error} />}
      {!webhook.enabled && (
        <label class="check">
          <input type="checkbox" checked={skips} onChange={() => setSkips(!skips)} /> Skip what has happened
          meanwhile
        </label>
      )}
      <div class="actions">
        <button
          type="button"
          class="button"
          disabled={update.isPending}
          onClick={() =>
            update.mutate({ ...of, enabled: !webhook.enabled, skip_backlog: !webhook.enabled && skips })
          }
        >
          {webhook.enabled ? 'Disable' : 'Enable'}
        </button>
        <button type="button" class="button" disabled={rotate.isPending} onClick={() => rotate.mutate(of)}>
          Change secret
        </button>
        <button type="button" class="button danger-quiet" onClick={() => setDeleting(true)}>
          Delete
        </button>
      </div>
      {secret !== null && <WebhookSecret secret={secret} onClose={() => setSecret(null)} />}
      {isDeleting && <DeleteWebhook webhook={webhook} onClose={() => setDeleting(false)} />}
    </section>
  );
}

/** Puts a changed webhook in the place of what was shown, and has the list read again. */
function keep(webhook: Webhook): void {
  const { account_id: account, id } = webhook;
  queryClient.setQueryData(api.webhooks.get.queryKey({ account, id }), webhook);
  void queryClient.invalidateQueries({ queryKey: api.webhooks.list.queryKey({ account }) });
}

function DeleteWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { account } = useIdentity();
  const [, navigate] = useLocation();
  const remove = useMutation(
    api.webhooks.delete.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({
          queryKey: api.webhooks.list.queryKey({ account: account.id }),
        });
        navigate(`/accounts/${account.id}/settings/webhooks`);
      },
    }),
  );
  return (
    <Dialog title="Delete this webhook?" onClose={onClose}>
      <p>Nothing is sent to {webhook.url} any more. This can’t be undone.</p>
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
