import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Lets an element grow but not shrink, so that the content below does not move while it is read. It gets its natural
 * height back on the reader's next click, and has it while `isActive` is false.
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
    const release = () => {
      tallest = 0;
      held.style.minHeight = '';
    };
    observer.observe(held);
    document.addEventListener('click', release);
    return () => {
      observer.disconnect();
      document.removeEventListener('click', release);
    };
  }, [isActive]);
  return element;
}
