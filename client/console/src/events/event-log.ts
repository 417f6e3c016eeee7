import type { Event } from '@letterhead/shared';
import { MAX_PAGE } from '@letterhead/shared/rules';
import type { InfiniteData, QueryKey } from '@tanstack/react-query';
import { infiniteQueryOptions, queryOptions, skipToken } from '@tanstack/react-query';
import { letterhead, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';

/** Events of the first page; those after it are read for a search, or because more are wanted. */
const FIRST_PAGE = 100;

/** All kept events of a domain, oldest first. */
export function domainLog(account: number, domain: number) {
  return queryOptions({
    queryKey: domainKey(account, domain),
    queryFn: ({ signal }) => readDomainLog(account, domain, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Events of an account in pages, newest first. Disabled until the stream has reported the newest event. */
export function accountLog(account: number, isEndKnown: boolean) {
  return infiniteQueryOptions({
    queryKey: accountKey(account),
    queryFn: ({ pageParam, signal }) =>
      pageParam === null
        ? readPageBefore(account, endOf(account), FIRST_PAGE, signal)
        : readPageBefore(account, pageParam, MAX_PAGE, signal),
    // The id that a page ends before; null: the newest page, wherever the end is when it is read.
    initialPageParam: null,
    getNextPageParam: (page: readonly Event[], pages: readonly unknown[]): number | null =>
      page.length < (pages.length === 1 ? FIRST_PAGE : MAX_PAGE) ? null : (page.at(-1)?.id ?? null),
    enabled: isEndKnown,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Id of the account's newest event, as reported by the stream. */
export function newestEvent(account: number) {
  return queryOptions<number>({ queryKey: ['newest-event', account], queryFn: skipToken });
}

/** Stores the id of the newest event. */
export function setNewestEvent(account: number, id: number): void {
  queryClient.setQueryData(newestEvent(account).queryKey, id);
}

/** Adds an event of the stream, so that a log is read only once. */
export function addToLog(account: number, event: Event): void {
  setNewestEvent(account, event.id);
  addTo<InfiniteData<readonly Event[]>>(accountKey(account), ({ pages: [newest = [], ...older], ...log }) =>
    newest.some(({ id }) => id === event.id) ? null : { ...log, pages: [[event, ...newest], ...older] },
  );
  if (event.domain === null) return;
  addTo<readonly Event[]>(domainKey(account, event.domain.id), (log) =>
    log.some(({ id }) => id === event.id) ? null : [...log, event],
  );
}

/** Reads the logs again after the stream has skipped events. */
export function rereadLogs(): void {
  for (const name of [ACCOUNT_LOG, DOMAIN_LOG]) void queryClient.resetQueries({ queryKey: [name] });
}

export function isLog([name]: QueryKey): boolean {
  return name === ACCOUNT_LOG || name === DOMAIN_LOG;
}

const ACCOUNT_LOG = 'event-log';
const DOMAIN_LOG = 'domain-log';

function accountKey(account: number) {
  return [ACCOUNT_LOG, account] as const;
}

function domainKey(account: number, domain: number) {
  return [DOMAIN_LOG, account, domain] as const;
}

/** `add` returns null where there is nothing to add. */
function addTo<Log>(key: QueryKey, add: (log: Log) => Log | null): void {
  const state = queryClient.getQueryState<Log>(key);
  // What is being read may have been read before the event.
  if (state?.fetchStatus === 'fetching') void queryClient.invalidateQueries({ queryKey: key });
  if (state?.data === undefined) return;
  const log = add(state.data);
  if (log !== null) queryClient.setQueryData(key, log);
}

function endOf(account: number): number {
  return (queryClient.getQueryData(newestEvent(account).queryKey) ?? 0) + 1;
}

function readDomainLog(account: number, domain: number, signal: AbortSignal): Promise<Event[]> {
  return readFromOldest({ account, domain }, Number.POSITIVE_INFINITY, signal);
}

/** Page by page, up to the event `before`. */
async function readFromOldest(
  which: { account: number; domain?: number },
  before: number,
  signal: AbortSignal,
): Promise<Event[]> {
  const log: Event[] = [];
  for (;;) {
    const after = log.at(-1)?.id;
    const page = await letterhead.events.list.query(
      { ...which, limit: MAX_PAGE, ...(after === undefined ? {} : { after }) },
      { signal },
    );
    log.push(...page);
    if (page.length < MAX_PAGE || (log.at(-1)?.id ?? 0) >= before) return log.filter(({ id }) => id < before);
  }
}

/** Ids rise one by one, so that the events before one are found by counting back, as far as all are kept. */
async function readPageBefore(
  account: number,
  before: number,
  limit: number,
  signal: AbortSignal,
): Promise<Event[]> {
  const after = Math.max(0, before - 1 - limit);
  const counted = await readCounted(account, { after, limit }, signal);
  const page = counted.filter(({ id }) => id < before);
  if (page.length === limit || after === 0) return page.reverse();
  return (await readFromOldest({ account }, before, signal)).slice(-limit).reverse();
}

/** None where those after `after` are no longer kept. */
async function readCounted(
  account: number,
  which: { after: number; limit: number },
  signal: AbortSignal,
): Promise<Event[]> {
  try {
    return await letterhead.events.list.query({ account, ...which }, { signal });
  } catch (error) {
    if (toApiError(error).code !== 'invalid') throw error;
    return [];
  }
}
