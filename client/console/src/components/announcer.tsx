import type { ComponentChildren } from 'preact';
import { useSyncExternalStore } from 'preact/compat';

let said: { readonly message: ComponentChildren; readonly count: number } = { message: '', count: 0 };
const listeners = new Set<() => void>();

/** Announces a visible change to screen readers. */
export function announce(message: ComponentChildren): void {
  said = { message, count: said.count + 1 };
  for (const listener of listeners) listener();
}

/** Live region of the announcements; rendered once per page. */
export function Announcer() {
  const { message, count } = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div class="visually-hidden" role="status">
      {/* The same text twice is no change, and is not read; another element is. */}
      <span key={count}>{message}</span>
    </div>
  );
}
