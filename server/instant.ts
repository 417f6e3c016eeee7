import type { Instant } from './store/store.ts';

/** Where the time comes from: handed in, so that tests can hand in another. */
export type Clock = () => Date;

/** A date in whole seconds, as the store keeps it: `2026-01-31T12:00:00Z`. */
export function toInstant(date: Date): Instant {
  return `${date.toISOString().slice(0, 19)}Z`;
}
