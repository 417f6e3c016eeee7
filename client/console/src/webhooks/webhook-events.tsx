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
  const { account_id: account, domains } = webhook;
  const { data: known } = useQuery({
    ...api.domains.statuses.queryOptions({ account }),
    enabled: domains !== null,
  });
  if (domains === null) return <>{describeEvents(webhook)}</>;
  const names = known && new Map(known.map(({ id, domain }) => [id, domain]));
  const others = domains.length - named;
  return (
    <>
      {describeEvents(webhook)}, of{' '}
      {domains.slice(0, named).map((id, at) => (
        <Fragment key={id}>
          {at > 0 && ', '}
          <FilteredDomain id={id} names={names} />
        </Fragment>
      ))}
      {others > 0 && ` and ${others} more`}
    </>
  );
}

interface FilteredDomainProps {
  readonly id: number;
  /** Of the domains that there are; undefined until they are read. */
  readonly names: ReadonlyMap<number, string> | undefined;
}

function FilteredDomain({ id, names }: FilteredDomainProps) {
  const name = names?.get(id);
  if (name !== undefined) return <DomainName name={name} />;
  return names === undefined ? <>…</> : <>domain {id}, which was deleted</>;
}
