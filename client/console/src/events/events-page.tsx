import type { Event } from '@letterhead/shared';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { api } from '../api/api.ts';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { Time } from '../components/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { describeActor, describeEvent } from './describe-event.tsx';
import { accountLog, newestEvent } from './event-log.ts';

/** Everything that happened in the account, the newest first. */
export function EventsPage() {
  const { account } = useIdentity();
  const { data: newest } = useQuery(newestEvent(account.id));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    accountLog(account.id, newest !== undefined),
  );
  return (
    <Page title="Events" heading="Events">
      <p class="lead">What happened in the account {account.name}, the newest first.</p>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      <EventTable events={data?.pages.flat()} />
      {hasNextPage && (
        <button type="button" class="button" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {isFetchingNextPage ? 'Reading…' : 'Show earlier ones'}
        </button>
      )}
    </Page>
  );
}

function EventTable({ events }: { events: readonly Event[] | undefined }) {
  const { account } = useIdentity();
  const { data: tokens } = useQuery(api.tokens.list.queryOptions({ account: account.id }));
  const names = useMemo(() => new Map(tokens?.map(({ id, name }) => [id, name])), [tokens]);
  return (
    <table class="events" aria-busy={events === undefined}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Who</th>
          <th scope="col">Domain</th>
        </tr>
      </thead>
      <tbody>
        {events?.map((event) => (
          <tr key={event.id}>
            <td data-label="When">
              <Time at={event.at} />
            </td>
            <th scope="row">{describeEvent(event)}</th>
            <td data-label="Who">{describeActor(event.actor, names)}</td>
            <td data-label="Domain">
              {event.domain !== null && event.type !== 'domain.deleted' && (
                <Link href={`/accounts/${account.id}/domains/${event.domain.id}`}>
                  <DomainName name={event.domain.name} />
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
