import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Keeps the keyboard focus on the page when the focused item of a list is removed: moves it to the surrounding dialog
 * or to the page's heading.
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
