/** An instant in whole seconds, in UTC: `2026-01-31T12:00:00Z`. Sorts as text. */
export type Instant = string;

/** Where the time comes from: handed in, so that tests can hand in another. */
export type Clock = () => Date;

/** The spelling of the second that was asked for last: every request of a second asks for the same. */
let latest: { second: number; text: Instant } = { second: Number.NaN, text: '' };

/** A date in whole seconds, as the store keeps it: `2026-01-31T12:00:00Z`. */
export function toInstant(date: Date): Instant {
  const second = Math.floor(date.getTime() / 1000);
  if (second !== latest.second) latest = { second, text: `${date.toISOString().slice(0, 19)}Z` };
  return latest.text;
}
