/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An instant in whole seconds, in UTC: `2026-01-31T12:00:00Z`. Sorts as text. */
export type Instant = string;

/** Source of the current time; a parameter, so that tests can pass their own. */
export type Clock = () => Date;

/** Caches the latest second, because all requests within a second need the same text. */
let latest: { second: number; text: Instant } = { second: Number.NaN, text: '' };

/** Truncates a date to whole seconds. */
export function toInstant(date: Date): Instant {
  const second = Math.floor(date.getTime() / 1000);
  if (second !== latest.second) latest = { second, text: `${date.toISOString().slice(0, 19)}Z` };
  return latest.text;
}

/** The instant so many milliseconds after a time. */
export function instantAfter(time: Date | Instant, ms: number): Instant {
  return toInstant(new Date(new Date(time).getTime() + ms));
}

/** The first instant that is not before a time, so that nothing planned for it comes too early. */
export function instantFrom(time: number): Instant {
  return toInstant(new Date(time + 999));
}

/** The date of an instant; null for null. */
export function toDate(instant: Instant | null): Date | null {
  return instant === null ? null : new Date(instant);
}
