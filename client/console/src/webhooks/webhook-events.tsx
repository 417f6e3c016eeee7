import type { Webhook } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'preact';
import { api } from '../api/api.ts';
import { DomainName } from '../components/domain-name.tsx';
import { describeEvents } from './webhook-words.ts';

interface WebhookEventsProps {
  readonly webhook: Webhook;
  /** How many domains are named; the others are counted. */
  readonly named: number;
}

/** What an endpoint is told of: which events, and of which domains where not of all. */
export function WebhookEvents({ webhook, named }: WebhookEventsProps) {
  const { domains } = webhook;
  if (domains === null) return <>{describeEvents(webhook)}</>;
  const others = domains.length - named;
  return (
    <>
      {describeEvents(webhook)}, of{' '}
      {domains.slice(0, named).map((id, at) => (
        <Fragment key={id}>
          {at > 0 && ', '}
          <FilteredDomain account={webhook.account_id} id={id} />
        </Fragment>
      ))}
      {others > 0 && ` and ${others} more`}
    </>
  );
}

function FilteredDomain({ account, id }: { account: number; id: number }) {
  const { data } = useQuery(api.domains.statuses.queryOptions({ account }));
  const domain = data?.find((one) => one.id === id);
  if (domain !== undefined) return <DomainName name={domain.domain} />;
  return data === undefined ? <>…</> : <>domain {id}, which was deleted</>;
}
