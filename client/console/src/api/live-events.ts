import type { Event } from '@letterhead/shared';
import type { QueryKey } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../components/announcer.tsx';
import { addToLog, isLog, rereadLogs, setNewestEvent } from '../events/event-log.ts';
import { useMay } from '../session/identity.ts';
import { api, queryClient } from './api.ts';
import { Invalidations } from './invalidations.ts';
import { statusUpdates } from './status-updates.ts';

/** State of the event stream, and so how fresh the page is. */
export type Liveness = 'connecting' | 'live' | 'lost';

/** Delay before a rejected stream is requested again. */
const REFUSED_RETRY_MS = 5_000;

/** Keeps the page up to date while rendered, for who may read; returns whether the server is connected. */
export function useLiveEvents(account: number): { liveness: Liveness; reconnect: () => void } {
  const wasLost = useRef(false);
  const { status, error, reset } = useSubscription(
    api.events.stream.subscriptionOptions(
      { account },
      {
        enabled: useMay('domains:read'),
        onData: ({ data: item }) => {
          if (item.kind === 'event') return onEvent(account, item.event);
          setNewestEvent(account, item.last);
          if (item.kind !== 'reload') return;
          rereadLogs();
          void rereadStates();
        },
        onStarted: () => {
          // What happened meanwhile is told again, but not what a check saw that changed nothing.
          if (wasLost.current) void rereadStates();
          wasLost.current = false;
        },
        onConnectionStateChange: (state) => {
          if (state.state === 'connecting' && state.error !== null) wasLost.current = true;
        },
      },
    ),
  );
  useEffect(() => {
    if (status !== 'error') return;
    // Why it was refused is told by the query: a token that has expired ends the session.
    void queryClient.invalidateQueries({ queryKey: api.tokens.current.queryKey() });
    const timer = setTimeout(reset, REFUSED_RETRY_MS);
    return () => clearTimeout(timer);
  }, [status, reset]);
  if (status === 'pending') return { liveness: 'live', reconnect: reset };
  return { liveness: error == null ? 'connecting' : 'lost', reconnect: reset };
}

/** Everything but the logs: a log is read once, and the stream adds what comes. */
function rereadStates(): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey }) => !isLog(queryKey) });
}

const invalidations = new Invalidations(queryClient);

function onEvent(account: number, event: Event): void {
  invalidations.add(staleAfter(account, event));
  const { domain } = event;
  if (domain !== null && changesStatus(event.type)) statusUpdates.add({ account, ...domain });
  addToLog(account, event);
  if (ANNOUNCED.has(event.type)) void announceEvent(event);
}

function changesStatus(type: Event['type']): boolean {
  return type.startsWith('domain.') || type === 'key.activated' || type === 'key.revoked';
}

/** Events announced to screen readers. */
const ANNOUNCED = new Set<Event['type']>([
  'domain.verified',
  'domain.degraded',
  'domain.unreachable',
  'domain.recovered',
  'domain.lost',
  'key.activated',
]);

/** Loads the words when there is something to say. */
async function announceEvent(event: Event): Promise<void> {
  const { describeEvent } = await import('../events/describe-event.tsx');
  announce(describeEvent(event));
}

function staleAfter(account: number, { type, domain }: Event): QueryKey[] {
  const isToken = type.startsWith('token.');
  if (domain !== null && isToken) return [api.shares.list.queryKey({ account, id: domain.id })];
  if (domain !== null) {
    const names = type === 'domain.created' || type === 'domain.renamed' || type === 'domain.deleted';
    return [
      ...(names ? [api.domains.list.queryKey({ account })] : []),
      api.domains.get.queryKey({ account, id: domain.id }),
      api.domains.diagnosis.queryKey({ account, id: domain.id }),
      api.keys.list.queryKey({ account, id: domain.id }),
    ];
  }
  if (type.startsWith('webhook.')) return [api.webhooks.pathKey()];
  return isToken
    ? [api.tokens.list.queryKey({ account })]
    : [api.accounts.pathKey(), api.tokens.current.queryKey()];
}
