import { expect, test } from 'vitest';
import { FairSemaphore } from '../server/fair-semaphore.ts';

/** Acquires for an owner and notes it once it has. */
function request(semaphore: FairSemaphore<string>, owner: string, order: string[], signal?: AbortSignal) {
  return semaphore.acquire(owner, signal).then((acquired) => {
    if (acquired) order.push(owner);
    return acquired;
  });
}

test('waiting owners are served in turn, however many requests one of them has waiting', async () => {
  const semaphore = new FairSemaphore<string>({ total: 1, perOwner: 1 });
  const order: string[] = [];
  const all = ['a', 'a', 'a', 'a', 'b', 'c', 'c'].map((owner) => request(semaphore, owner, order));
  for (let served = 0; served < all.length; served++) {
    await Promise.resolve();
    const last = order.at(-1);
    if (last !== undefined) semaphore.release(last);
  }
  await Promise.all(all);
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'c', 'a']);
});

test('an owner that holds its whole share leaves the rest to others', async () => {
  const semaphore = new FairSemaphore<string>({ total: 4, perOwner: 2 });
  expect([1, 2, 3].map(() => semaphore.tryAcquire('a'))).toEqual([true, true, false]);
  expect([1, 2, 3].map(() => semaphore.tryAcquire('b'))).toEqual([true, true, false]);
  expect(semaphore.tryAcquire('c')).toBe(false);
  expect(semaphore.size).toBe(4);
  semaphore.release('a');
  expect(semaphore.tryAcquire('c')).toBe(true);
});

test('a wait that is aborted by its signal takes no place and leaves nothing behind', async () => {
  const semaphore = new FairSemaphore<string>({ total: 1, perOwner: 1 });
  const order: string[] = [];
  await request(semaphore, 'a', order);
  const abort = new AbortController();
  const cancelled = request(semaphore, 'b', order, abort.signal);
  const patient = request(semaphore, 'b', order);
  abort.abort();
  expect(await cancelled).toBe(false);
  expect(await semaphore.acquire('b', abort.signal)).toBe(false);
  semaphore.release('a');
  expect(await patient).toBe(true);
  expect(order).toEqual(['a', 'b']);
});

test('work that fails gives back its place', async () => {
  const semaphore = new FairSemaphore<string>({ total: 1, perOwner: 1 });
  const failing = semaphore.run('a', async () => {
    throw new Error('failed');
  });
  await expect(failing).rejects.toThrow('failed');
  expect(await semaphore.run('b', async () => semaphore.size)).toBe(1);
  expect(semaphore.size).toBe(0);
});
