import type { Delivery, Webhook } from '@letterhead/shared';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { announce } from '../components/announcer.tsx';
import { BusyButton } from '../components/busy-button.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Time } from '../components/time.tsx';

const FILTERS = { all: 'All', failed: 'Not delivered', delivered: 'Delivered' } as const;
type Filter = keyof typeof FILTERS;
const FILTER_NAMES: readonly Filter[] = ['all', 'failed', 'delivered'];

/** Nothing tells of a delivery; what is open is read again. */
const POLL_MS = 5_000;

/** The last deliveries to an endpoint, newest first; tests it, and sends events again. */
export function DeliveryLog({ webhook }: { webhook: Webhook }) {
  const of = { account: webhook.account_id, id: webhook.id };
  const [filter, setFilter] = useState<Filter>('all');
  const { data, error, refetch } = useQuery({
    ...api.webhooks.deliveries.queryOptions(of),
    refetchInterval: POLL_MS,
  });
  const ended = {
    onSuccess: (delivery: Omit<Delivery, 'id'>) => {
      announce(delivery.delivered ? 'Delivered.' : `Not delivered. ${delivery.error ?? ''}`);
      return queryClient.invalidateQueries({ queryKey: api.webhooks.deliveries.queryKey(of) });
    },
  };
  const test = useMutation(api.webhooks.test.mutationOptions(ended));
  const again = useMutation(api.webhooks.sendAgain.mutationOptions(ended));
  const failure = test.error ?? again.error;
  const shown = data?.filter(({ delivered }) => filter === 'all' || delivered === (filter === 'delivered'));
  return (
    <section aria-labelledby="deliveries-title" class="deliveries">
      <h2 id="deliveries-title">Deliveries</h2>
      <p class="hint">
        The last 100. What doesn’t arrive is sent again, for more than three days; then the webhook is
        disabled.
      </p>
      <search class="event-filter">
        <label class="narrow">
          Show
          <select
            value={filter}
            onChange={({ currentTarget }) =>
              setFilter(FILTER_NAMES.find((name) => name === currentTarget.value) ?? 'all')
            }
          >
            {FILTER_NAMES.map((name) => (
              <option key={name} value={name}>
                {FILTERS[name]}
              </option>
            ))}
          </select>
        </label>
        <BusyButton type="button" class="button" isBusy={test.isPending} onClick={() => test.mutate(of)}>
          {test.isPending ? 'Sending…' : 'Send a test'}
        </BusyButton>
      </search>
      {failure !== null && <Failure error={failure} />}
      {error !== null && data === undefined && <Failure error={error} onRetry={refetch} />}
      {shown?.length === 0 && (
        <p>
          {data?.length === 0
            ? 'Nothing was sent yet. Send a test to see what arrives.'
            : 'None of the last 100.'}
        </p>
      )}
      {shown !== undefined && shown.length > 0 && (
        <DeliveryTable
          deliveries={shown}
          isPending={again.isPending}
          onAgain={(delivery) => again.mutate({ ...of, delivery })}
        />
      )}
    </section>
  );
}

interface DeliveryTableProps {
  readonly deliveries: readonly Delivery[];
  readonly isPending: boolean;
  readonly onAgain: (delivery: number) => void;
}

function DeliveryTable({ deliveries, isPending, onAgain }: DeliveryTableProps) {
  return (
    <table class="webhooks">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">Answer</th>
          <th scope="col">When</th>
          <th scope="col">
            <span class="visually-hidden">Send again</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <th scope="row">
              {delivery.type}
              {delivery.trigger !== 'event' && <span class="tag">{delivery.trigger}</span>}
              {delivery.event !== null && (
                <p class="hint">
                  {delivery.domain === null ? (
                    `Event ${delivery.event}`
                  ) : (
                    <DomainName name={delivery.domain.name} />
                  )}
                </p>
              )}
            </th>
            <td data-label="Answer">
              {delivery.error ?? `${delivery.status} after ${delivery.duration} ms`}
              {delivery.answer !== '' && (
                <details>
                  <summary>What it said</summary>
                  <pre>{delivery.answer}</pre>
                </details>
              )}
            </td>
            <td data-label="When">
              <Time at={delivery.at} />
            </td>
            <td>
              {delivery.event !== null && (
                <BusyButton
                  type="button"
                  class="button"
                  isBusy={isPending}
                  onClick={() => onAgain(delivery.id)}
                >
                  Send again<span class="visually-hidden"> event {delivery.event}</span>
                </BusyButton>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
