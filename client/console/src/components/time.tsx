import { useCallback, useSyncExternalStore } from 'preact/compat';

const TICK_MS = 10_000;

/** In numbers: 30 hours from now is not always tomorrow, and “next year” may be next week. */
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** 59 minutes are said as an hour, and a week that has just begun as 7 days. */
const NEARLY_ONE = 0.97;

/** `3 minutes ago`, `in 6 hours`; to the minute, for nobody waits for seconds here. */
export function relativeTime(at: Date, now: number): string {
  const seconds = (at.getTime() - now) / 1000;
  for (const [unit, size] of UNITS) {
    const count = seconds / size;
    if (Math.abs(count) >= NEARLY_ONE) return RELATIVE.format(Math.round(count), unit);
  }
  return seconds > 0 ? 'in less than a minute' : 'just now';
}

/** In the reader's own time zone, which is named. */
export function exactTime(at: Date): string {
  return EXACT.format(at);
}

/** A time as seen from now, kept up to date, with the exact one on hover. */
export function Time({ at }: { at: Date }) {
  // What is compared is the text, so that a tick renders only what reads differently after it.
  const text = useSyncExternalStore(
    onTick,
    useCallback(() => relativeTime(at, Date.now()), [at]),
  );
  return (
    <time dateTime={at.toISOString()} title={exactTime(at)}>
      {text}
    </time>
  );
}

/** The time of the last tick, in milliseconds since 1970, for what shows many times at once. */
export function useNow(): number {
  return useSyncExternalStore(onTick, () => lastTick);
}

let lastTick = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all the times on a page. */
function onTick(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) lastTick = Date.now();
  timer ??= setInterval(() => {
    lastTick = Date.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
