import { setImmediate as roundOfEventLoop } from 'node:timers/promises';

/** Maximum CPU time of this thread in one round of the event loop during `work`, in milliseconds. */
export async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  let before = process.threadCpuUsage();
  while (!isDone) {
    await roundOfEventLoop();
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    longest = Math.max(longest, (user + system) / 1000);
  }
  await done;
  return longest;
}

/** CPU time of a function in milliseconds: the minimum of several runs, to exclude interference. */
export function cpuOf(work: () => unknown, runs = 5): number {
  const costs = Array.from({ length: runs }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...costs);
}
