import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * For a line of a list that can be taken away: where it goes with the focus in it, the focus passes to the dialog
 * around it or to the page's heading, so that the keyboard goes on from there and not from the window's edge.
 */
export function useFocusFallback<T extends HTMLElement>(): RefObject<T> {
  const line = useRef<T>(null);
  useLayoutEffect(() => {
    const gone = line.current;
    return () => {
      if (gone?.contains(document.activeElement)) fallbackFor(gone)?.focus();
    };
  }, []);
  return line;
}

function fallbackFor(gone: HTMLElement): HTMLElement | null {
  return gone.closest('dialog')?.querySelector<HTMLElement>('button') ?? document.querySelector('h1');
}
