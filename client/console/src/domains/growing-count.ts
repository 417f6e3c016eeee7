import { useEffect, useState } from 'preact/hooks';

/** More than the tallest screen shows at once. */
const FIRST = 80;
const STEP = 150;

/**
 * How many of `total` lines to render: at first those that can be seen, and the rest in steps while nothing else is
 * to be done. `since` begins anew where it changes, so that a key stroke waits for few lines only.
 */
export function useGrowingCount(total: number, since: unknown): number {
  const [grown, setGrown] = useState({ since, count: FIRST });
  const count = grown.since === since ? grown.count : FIRST;
  useEffect(() => {
    if (count >= total) return;
    const handle = requestIdleCallback(() => setGrown({ since, count: count + STEP }), { timeout: 500 });
    return () => cancelIdleCallback(handle);
  }, [count, total, since]);
  return count;
}
