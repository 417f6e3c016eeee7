import { useEffect, useState } from 'preact/hooks';
import { STATUS_NAMES } from '../components/status-badge.tsx';
import type { Filter } from './list-items.ts';

/** Debounces URL updates, which browsers rate-limit. */
const SETTLE_MS = 400;

/** Keeps the list's filter in the URL, so that going back from a domain restores it. */
export function useUrlFilter(account: number): [Filter, (filter: Filter) => void] {
  const [filter, setFilter] = useState(readFilter);
  useEffect(() => {
    const timer = setTimeout(
      () => history.replaceState(history.state, '', addressOf(account, filter)),
      SETTLE_MS,
    );
    return () => clearTimeout(timer);
  }, [account, filter]);
  return [filter, setFilter];
}

function readFilter(): Filter {
  const parameters = new URLSearchParams(location.search);
  return {
    search: parameters.get('search') ?? '',
    status: STATUS_NAMES.find((name) => name === parameters.get('state')) ?? null,
  };
}

function addressOf(account: number, { search, status }: Filter): string {
  const parameters = new URLSearchParams();
  if (search !== '') parameters.set('search', search);
  if (status !== null) parameters.set('state', status);
  return `/accounts/${account}/domains${parameters.size === 0 ? '' : `?${parameters}`}`;
}
