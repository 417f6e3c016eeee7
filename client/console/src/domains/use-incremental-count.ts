import { useEffect, useState } from 'preact/hooks';

/** More rows than the tallest screen shows. */
const FIRST = 80;
const STEP = 150;
/** Pause between steps, so that rendering does not delay the user's input. */
const PAUSE_MS = 120;

/**
 * Number of `total` items to render: first those that can be visible, then the rest in steps. Starts over when `since`
 * changes, so that a key stroke renders few items only.
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
