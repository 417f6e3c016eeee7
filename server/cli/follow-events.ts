import type { Event } from '@letterhead/shared';
import type { Target } from './command-context.ts';

/**
 * Shows every event after `last` as it happens, one after the other; reconnects when the connection is lost. Never
 * resolves; rejects with the server's error or with that of `show`.
 */
export function followEvents(
  { letterhead, account }: Target,
  last: number,
  show: (event: Event) => Promise<void>,
  onGap: () => void,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    let shown = Promise.resolve();
    const subscription = letterhead.events.stream.subscribe(
      { account, lastEventId: last },
      {
        onData({ data: item }) {
          if (item.kind === 'reload') onGap();
          if (item.kind === 'event') shown = shown.then(() => show(item.event)).catch(end);
        },
        onError: end,
      },
    );
    function end(error: unknown): void {
      subscription.unsubscribe();
      reject(error);
    }
  });
}
