import type { Event } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { inOwnLetters } from '../parts/domain-name.tsx';
import { Failure } from '../parts/failure.tsx';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { api } from '../server/api.ts';
import { useIdentity } from '../session/identity.ts';
import { eventLog } from './event-log.ts';
import { tellActor, tellEvent } from './sentences.ts';

const STEP = 100;

/** Everything that happened in the account, the newest first. */
export function EventsPage() {
  const { account } = useIdentity();
  const [count, setCount] = useState(STEP);
  const { data: log, error, refetch } = useQuery(eventLog(account.id));
  const newest = useMemo(() => log?.toReversed(), [log]);
  return (
    <Page title="Events" heading="Events">
      <p class="lead">What happened in the account {account.name}, the newest first.</p>
      {error !== null && log === undefined && <Failure error={error} onRetry={refetch} />}
      <EventTable events={newest?.slice(0, count)} />
      {newest !== undefined && newest.length > count && (
        <button type="button" class="button" onClick={() => setCount(count + STEP)}>
          Show earlier ones ({newest.length - count} more)
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
            <th scope="row">{tellEvent(event)}</th>
            <td data-label="Who">{tellActor(event.actor, names)}</td>
            <td data-label="Domain">
              {event.domain !== null && event.type !== 'domain.deleted' && (
                <Link href={`/accounts/${account.id}/domains/${event.domain.id}`}>
                  {inOwnLetters(event.domain.name)}
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
