import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { Stretch } from './stretch-meter.ts';
import { StretchMeter } from './stretch-meter.ts';

const meter = StretchMeter.enabled();

beforeEach(async () => {
  await sleep(5);
  meter.reset();
});

/** The kernel counts CPU time in ticks of up to 4 ms. */
const TICK = 4;

/** Uses CPU time until the thread has used this many milliseconds since `start`. */
function useCpu(milliseconds: number, start = process.threadCpuUsage()): void {
  for (;;) {
    const { user, system } = process.threadCpuUsage(start);
    if (user + system >= milliseconds * 1000) return;
  }
}

/** The longest task of a timer. */
async function longestOf(work: () => void | Promise<void>): Promise<Stretch> {
  await sleep(1);
  await work();
  // A task has ended once the next begins.
  await nextTurn();
  await sleep(1);
  const [longest] = meter.figures().longest;
  if (longest === undefined) throw new Error('Nothing was measured.');
  return longest;
}

test('a callback that works for 60 ms is a stretch of 60 ms, named after its caller and the code it ran', async () => {
  const { ms, resource, code } = await longestOf(() => useCpu(60));
  expect(ms).toBeGreaterThan(60 - TICK);
  expect(ms).toBeLessThan(80);
  expect(resource).toBe('Timeout');
  expect(code.join()).toContain('useCpu');
});

test('microtasks and ticks count towards the callback that they follow', async () => {
  const { ms } = await longestOf(async () => {
    const start = process.threadCpuUsage();
    for (const soFar of [10, 20, 30]) {
      useCpu(soFar, start);
      await null;
    }
    process.nextTick(() => {
      useCpu(45, start);
      queueMicrotask(() => useCpu(60, start));
    });
  });
  expect(ms).toBeGreaterThan(60 - TICK);
});

test('work that is split by setImmediate counts as two stretches', async () => {
  const { ms } = await longestOf(async () => {
    useCpu(30);
    await nextTurn();
    useCpu(30);
  });
  expect(ms).toBeGreaterThan(30 - TICK);
  expect(ms).toBeLessThan(50);
});

test('waiting does not count as a stretch, however long it takes', async () => {
  const { ms } = await longestOf(() => sleep(100));
  expect(ms).toBeLessThan(30);
});
