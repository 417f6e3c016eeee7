import { useSyncExternalStore } from 'preact/compat';

const PRINT = matchMedia('print');

let isPrinting = PRINT.matches;

/** Whether the page is being printed, or shown as it would be. What this renders is on the paper. */
export function usePrinting(): boolean {
  return useSyncExternalStore(onPrint, () => isPrinting);
}

function onPrint(listener: () => void): () => void {
  const set = (to: boolean) => {
    isPrinting = to;
    listener();
  };
  const off = new AbortController();
  const { signal } = off;
  // Of what is printed, the media query would be told too late for the page to be rendered again.
  addEventListener('beforeprint', () => set(true), { signal });
  addEventListener('afterprint', () => set(false), { signal });
  PRINT.addEventListener('change', ({ matches }) => set(matches), { signal });
  return () => off.abort();
}
