import type { Event, EventType } from '@letterhead/shared';
import { toUnicodeName } from '../components/domain-name.tsx';

/** What events are about, for a person who looks for some of them. */
export const EVENT_KINDS = {
  checks: 'Results of checks',
  domains: 'Changes to domains',
  keys: 'Keys',
  tokens: 'Tokens and share links',
  webhooks: 'Webhooks',
  account: 'The account',
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

/** Kinds in the order in which they are offered. */
export const EVENT_KIND_NAMES: readonly EventKind[] = [
  'checks',
  'domains',
  'keys',
  'tokens',
  'webhooks',
  'account',
];

const CHECK_RESULTS: ReadonlySet<EventType> = new Set<EventType>([
  'domain.verified',
  'domain.degraded',
  'domain.unreachable',
  'domain.recovered',
  'domain.lost',
]);

/** By the first word of the type. */
const KINDS_BY_SUBJECT: Readonly<Record<string, EventKind>> = {
  domain: 'domains',
  key: 'keys',
  delegation: 'keys',
  zone: 'keys',
  token: 'tokens',
  webhook: 'webhooks',
};

/** Which events are shown. */
export interface EventFilter {
  /** Null for all. */
  readonly kind: EventKind | null;
  /** Part of a domain's name, in either spelling; empty for all. */
  readonly domain: string;
  /** First and last day in the reader's time zone, as `2026-11-26`; empty for any. */
  readonly from: string;
  readonly to: string;
}

export const ALL_EVENTS: EventFilter = { kind: null, domain: '', from: '', to: '' };

/** Whether an event is to be shown. */
export function matchesEvent({ type, domain, at }: Event, filter: EventFilter): boolean {
  if (filter.kind !== null && kindOf(type) !== filter.kind) return false;
  const name = domain === null ? '' : `${domain.name} ${toUnicodeName(domain.name)}`;
  if (!name.includes(filter.domain.trim().toLowerCase())) return false;
  return !isBefore(at, filter) && (filter.to === '' || at <= endOfDay(filter.to));
}

/** Whether a time is before the first day that is asked for. */
export function isBefore(at: Date, { from }: Pick<EventFilter, 'from'>): boolean {
  return from !== '' && at < new Date(`${from}T00:00:00`);
}

function endOfDay(day: string): Date {
  return new Date(`${day}T23:59:59.999`);
}

function kindOf(type: EventType): EventKind {
  if (CHECK_RESULTS.has(type)) return 'checks';
  const [subject = ''] = type.split('.');
  return KINDS_BY_SUBJECT[subject] ?? 'account';
}

/** Reads a filter from the query of an address. */
export function parseFilter(search: string): EventFilter {
  const parameters = new URLSearchParams(search);
  const day = (name: string) => /^\d{4}-\d\d-\d\d$/.exec(parameters.get(name) ?? '')?.[0] ?? '';
  return {
    kind: EVENT_KIND_NAMES.find((name) => name === parameters.get('kind')) ?? null,
    domain: parameters.get('domain') ?? '',
    from: day('from'),
    to: day('to'),
  };
}

/** Writes a filter as the query of an address; empty for all events. */
export function formatFilter(filter: EventFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
