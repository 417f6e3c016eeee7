import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { STATUS_NAMES } from '../components/status-badge.tsx';
import { type Filter, SORT_COLUMNS, type Sort } from './list-items.ts';
import { type Place, TOP } from './use-window-rows.ts';

/** Debounces URL updates, which browsers rate-limit. */
const SETTLE_MS = 400;

const MOST_URGENT_FIRST: Sort = { column: 'state', isDescending: false };

/** What of the list is shown, and in which order. */
export interface ListView extends Filter {
  readonly sort: Sort;
}

/** The view of each account's list when it was left, and its place, for the way back. */
const lastSearch = new Map<number, string>();
const lastPlace = new Map<number, Place>();

/** Keeps the view of the list in the URL, and brings it back when the list is opened again. */
export function useListView(account: number): [ListView, (view: ListView) => void] {
  const [view, setView] = useState(() => parseView(location.search || (lastSearch.get(account) ?? '')));
  const search = formatView(view);
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => {
    const address = `/accounts/${account}/domains${search}`;
    const timer = setTimeout(() => history.replaceState(history.state, '', address), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [account, search]);
  useEffect(() => () => void lastSearch.set(account, latest.current), [account]);
  return [view, setView];
}

/** Where the list was scrolled to when it was left; its top where it was not open yet, or is asked for in another view. */
export function usePlace(account: number): [from: Place, onLeave: (place: Place) => void] {
  const [from] = useState(() => {
    const isSame = location.search === '' || location.search === lastSearch.get(account);
    return (isSame ? lastPlace.get(account) : undefined) ?? TOP;
  });
  return [from, useCallback((place) => lastPlace.set(account, place), [account])];
}

function parseView(search: string): ListView {
  const parameters = new URLSearchParams(search);
  const sort = parameters.get('sort') ?? '';
  const column = SORT_COLUMNS.find((name) => name === sort.replace(/^-/, ''));
  const state = parameters.get('state');
  return {
    search: parameters.get('search') ?? '',
    state: state === 'attention' ? state : (STATUS_NAMES.find((name) => name === state) ?? null),
    sort: column === undefined ? MOST_URGENT_FIRST : { column, isDescending: sort.startsWith('-') },
  };
}

function formatView({ search, state, sort }: ListView): string {
  const parameters = new URLSearchParams();
  if (search !== '') parameters.set('search', search);
  if (state !== null) parameters.set('state', state);
  const order = `${sort.isDescending ? '-' : ''}${sort.column}`;
  if (order !== MOST_URGENT_FIRST.column) parameters.set('sort', order);
  return parameters.size === 0 ? '' : `?${parameters}`;
}
