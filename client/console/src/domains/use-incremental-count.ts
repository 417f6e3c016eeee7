import { useEffect, useState } from 'preact/hooks';

/** More than the tallest screen shows at once. */
const FIRST = 80;
const STEP = 150;
/** Between two steps there is time for whatever the reader does, and whoever types is not slowed down by them. */
const PAUSE_MS = 120;

/**
 * How many of `total` lines to render: at first those that can be seen, and the rest in steps. `since` begins anew
 * where it changes, so that a key stroke waits for few lines only.
 */
export function useIncrementalCount(total: number, since: unknown): number {
  const [grown, setGrown] = useState({ since, count: FIRST });
  const count = grown.since === since ? grown.count : FIRST;
  useEffect(() => {
    if (count >= total) return;
    const timer = setTimeout(() => setGrown({ since, count: count + STEP }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [count, total, since]);
  return count;
}
