import { useSyncExternalStore } from 'preact/compat';

let message = '';
const listeners = new Set<() => void>();

/** Has a screen reader say something that others see change. */
export function announce(text: string): void {
  // The same text twice is no change, and is not read; a space more is.
  message = text === message ? `${text} ` : text;
  for (const listener of listeners) listener();
}

/** Where announcements are read from: once on the page, and always there. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => message,
  );
  return (
    <div class="unseen" role="status">
      {text}
    </div>
  );
}
