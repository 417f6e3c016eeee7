import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Lets an element grow but not shrink, so that the content below does not move while it is read. While `isActive` is
 * false, the element has its natural height.
 */
export function useMinHeight<T extends HTMLElement>(isActive: boolean): RefObject<T> {
  const element = useRef<T>(null);
  useLayoutEffect(() => {
    const held = element.current;
    if (held === null) return;
    held.style.minHeight = '';
    if (!isActive) return;
    let width = held.clientWidth;
    let tallest = 0;
    const observer = new ResizeObserver(() => {
      // Resets on a new width, where lines break elsewhere.
      if (held.clientWidth !== width) {
        width = held.clientWidth;
        tallest = 0;
        held.style.minHeight = '';
      }
      tallest = Math.max(tallest, held.offsetHeight);
      held.style.minHeight = `${tallest}px`;
    });
    observer.observe(held);
    return () => observer.disconnect();
  }, [isActive]);
  return element;
}
