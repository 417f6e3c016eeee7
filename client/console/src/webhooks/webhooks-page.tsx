import type { Webhook } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Plus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { api } from '../api/api.ts';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { AddWebhook } from './add-webhook.tsx';
import { WebhookEvents } from './webhook-events.tsx';
import { describeState } from './webhook-words.ts';

/** Domains of one webhook that the table names. */
const NAMED_DOMAINS = 3;

/** The endpoints that the account's events are sent to. */
export default function WebhooksPage() {
  const { account } = useIdentity();
  const mayWrite = useMay('domains:write');
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(api.webhooks.list.queryOptions({ account: account.id }));
  return (
    <Page
      title="Webhooks"
      heading="Webhooks"
      back={
        <Link href={`/accounts/${account.id}/settings`} class="back">
          <ArrowLeft aria-hidden="true" />
          Settings
        </Link>
      }
      actions={
        mayWrite && (
          <button type="button" class="button primary" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" />
            Add webhook
          </button>
        )
      }
    >
      <p class="lead">
        A webhook tells a program of yours what happens in{' '}
        <strong>
          <bdi>{account.name}</bdi>
        </strong>
        : it is sent to a URL, signed, in order, and again until it arrives.
      </p>
      {data === undefined && error === null && <p class="loading">Loading…</p>}
      {error !== null && data === undefined && <Failure error={error} onRetry={refetch} />}
      {data?.length === 0 && <p>There are no webhooks yet.</p>}
      {data !== undefined && data.length > 0 && <WebhookTable webhooks={data} />}
      {adding && <AddWebhook onClose={() => setAdding(false)} />}
    </Page>
  );
}

function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { account } = useIdentity();
  return (
    <table class="webhooks">
      <thead>
        <tr>
          <th scope="col">URL</th>
          <th scope="col">Events</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {webhooks.map((webhook) => (
          <tr key={webhook.id}>
            <th scope="row">
              <Link href={`/accounts/${account.id}/settings/webhooks/${webhook.id}`}>{webhook.url}</Link>
            </th>
            <td data-label="Events">
              <WebhookEvents webhook={webhook} named={NAMED_DOMAINS} />
            </td>
            <td data-label="Status">{describeState(webhook)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
