import type { Event } from '@letterhead/shared';
import { queryOptions } from '@tanstack/react-query';
import { letterhead, queryClient } from '../server/api.ts';

/** The largest page that the server gives. */
const PAGE = 1000;

/** Everything that is kept of what happened, oldest first; of one domain alone where `domain` is given. */
export function eventLog(account: number, domain?: number) {
  return queryOptions({
    queryKey: logKey(account, domain),
    queryFn: ({ signal }) => readLog(account, domain, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Adds what the stream has told, so that a long log is read once. */
export function addToLog(account: number, event: Event): void {
  for (const key of [logKey(account), logKey(account, event.domain?.id ?? 0)]) {
    queryClient.setQueryData<readonly Event[]>(key, (log) =>
      log === undefined || log.some(({ id }) => id === event.id) ? log : [...log, event],
    );
  }
}

function logKey(account: number, domain?: number) {
  return ['event-log', account, domain ?? 'all'] as const;
}

async function readLog(account: number, domain: number | undefined, signal: AbortSignal): Promise<Event[]> {
  const log: Event[] = [];
  for (;;) {
    const after = log.at(-1)?.id;
    const page = await letterhead.events.list.query(
      {
        account,
        limit: PAGE,
        ...(domain === undefined ? {} : { domain }),
        ...(after === undefined ? {} : { after }),
      },
      { signal },
    );
    log.push(...page);
    if (page.length < PAGE) return log;
  }
}
