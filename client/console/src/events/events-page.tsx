import type { Event } from '@letterhead/shared';
import { useMutation, useQuery } from '@tanstack/react-query';
import { FileDown } from 'lucide-preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { api } from '../api/api.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { exactTime, Time } from '../components/time.tsx';
import { useIdentity } from '../session/identity.ts';
import { describeActor, describeEvent } from './describe-event.tsx';
import { ALL_EVENTS, type EventFilter, formatFilter, parseFilter } from './event-filter.ts';
import { EventFilterForm } from './event-filter-form.tsx';
import { saveEvents } from './export-events.ts';
import { useFilteredLog } from './use-filtered-log.ts';

/** Everything that happened in the account, the newest first. */
export default function EventsPage() {
  const { account } = useIdentity();
  const [filter, setFilter] = useFilter();
  const { events, error, retry, isSearching, showEarlier, readAll } = useFilteredLog(account.id, filter);
  const save = useMutation({ mutationFn: readAll, onSuccess: saveEvents });
  return (
    <Page
      title="Events"
      heading="Events"
      actions={
        <BusyButton type="button" class="button" isBusy={save.isPending} onClick={() => save.mutate()}>
          <FileDown aria-hidden="true" />
          {save.isPending ? 'Reading…' : 'Export as CSV'}
        </BusyButton>
      }
    >
      <p class="lead">
        What happened in the account <strong>{account.name}</strong>, the newest first.
      </p>
      <EventFilterForm filter={filter} onChange={setFilter} />
      {error !== null && <Failure error={error} onRetry={retry} />}
      {save.error !== null && <Failure error={save.error} onRetry={() => save.mutate()} />}
      {events?.length === 0 && !isSearching ? (
        <div class="empty">
          <p>No event matches.</p>
          <button type="button" class="button" onClick={() => setFilter(ALL_EVENTS)}>
            Show all events
          </button>
        </div>
      ) : (
        <EventTable events={events} />
      )}
      {(isSearching || showEarlier !== null) && (
        <div class="actions">
          <BusyButton
            type="button"
            class="button"
            isBusy={isSearching || showEarlier === null}
            onClick={() => showEarlier?.()}
          >
            {isSearching ? 'Reading…' : 'Show earlier ones'}
          </BusyButton>
        </div>
      )}
    </Page>
  );
}

/** Keeps the filter in the address, so that it is there on the way back. */
function useFilter(): [EventFilter, (filter: EventFilter) => void] {
  const [filter, setFilter] = useState(() => parseFilter(location.search));
  const search = formatFilter(filter);
  useEffect(() => history.replaceState(history.state, '', location.pathname + search), [search]);
  return [filter, setFilter];
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
              <small class="exact-time">{exactTime(event.at)}</small>
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
