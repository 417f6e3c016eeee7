import { expect, test, vi } from 'vitest';
import { HeldCursor } from '../../server/events/held-cursor.ts';
import { WEBHOOK_LIMITS } from '../../server/limits.ts';
import type { Cursor, CursorStore } from '../../server/store/interface/cursors.ts';

const STATE = { position: 1, failures: 0, due: null, slow: false, wake: null, memo: null };
const CURSOR: Cursor = { kind: 'webhook', account: 1, id: 1, version: 1, lease: 60, ...STATE };

test('no delivery is begun while an earlier one is still being noted as delivered after 100 ms', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const writes: { readonly position: number; readonly end: () => void }[] = [];
  const advance: CursorStore['advance'] = (_cursor, { position }) =>
    new Promise((resolve) => {
      writes.push({ position, end: () => resolve(true) });
    });
  const held = new HeldCursor({ advance, release: never }, CURSOR);
  held.move({ position: 2 });
  expect(await held.mayAttempt()).toBe(true);
  vi.advanceTimersByTime(WEBHOOK_LIMITS.lag);
  expect(await held.mayAttempt()).toBe(true);
  held.move({ position: 3 });
  vi.advanceTimersByTime(1);
  let begun = 0;
  const next = held.mayAttempt().then(() => begun++);
  const round = () => new Promise((resolve) => setImmediate(resolve));
  await round();
  expect([begun, writes.map(({ position }) => position)]).toEqual([0, [2]]);
  // The later move is young enough to be still under way.
  writes[0]?.end();
  await next;
  expect(writes.map(({ position }) => position)).toEqual([2, 3]);
  vi.useRealTimers();
});

function never(): never {
  throw new Error('This is not asked for.');
}
