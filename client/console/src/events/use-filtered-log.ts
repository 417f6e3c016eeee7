import type { Event } from '@letterhead/shared';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type EventFilter, isBefore, matchesEvent } from './event-filter.ts';
import { accountLog, newestEvent } from './event-log.ts';

/** Events that are shown at first, and for each “Show earlier ones”. */
const STEP = 100;

interface FilteredLog {
  /** The newest first; undefined while they are read. */
  readonly events: readonly Event[] | undefined;
  readonly error: unknown;
  readonly retry: () => void;
  /** Whether earlier events are being read, in which more may match. */
  readonly isSearching: boolean;
  /** Null if all that match are shown. */
  readonly showEarlier: (() => void) | null;
  /** Resolves to all that match, however far back. */
  readonly readAll: () => Promise<readonly Event[]>;
}

/** The account's events that match, found by reading the log back as far as it takes. */
export function useFilteredLog(account: number, filter: EventFilter): FilteredLog {
  const [wanted, setWanted] = useState(STEP);
  const { data: newest } = useQuery(newestEvent(account));
  const log = useInfiniteQuery(accountLog(account, newest !== undefined));
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = log;
  const matching = useMemo(
    () => data?.pages.flat().filter((event) => matchesEvent(event, filter)),
    [data, filter],
  );
  const isComplete = !hasNextPage || isPastStart(data?.pages, filter);
  const found = matching?.length ?? 0;
  const isSearching = !isComplete && found < wanted;
  useEffect(() => {
    if (isSearching && error === null && !isFetchingNextPage) void fetchNextPage();
  }, [isSearching, error, isFetchingNextPage, fetchNextPage]);
  const readAll = async () => {
    let pages = data?.pages ?? [];
    for (let isMore = hasNextPage; isMore && !isPastStart(pages, filter); ) {
      const read = await fetchNextPage({ throwOnError: true });
      pages = read.data?.pages ?? pages;
      isMore = read.hasNextPage;
    }
    return pages.flat().filter((event) => matchesEvent(event, filter));
  };
  return {
    events: matching?.slice(0, wanted),
    error,
    retry: () => void log.refetch(),
    isSearching,
    showEarlier: isComplete && found <= wanted ? null : () => setWanted(wanted + STEP),
    readAll,
  };
}

function isPastStart(pages: readonly (readonly Event[])[] | undefined, filter: EventFilter): boolean {
  const oldest = pages?.at(-1)?.at(-1);
  return oldest !== undefined && isBefore(oldest.at, filter);
}
