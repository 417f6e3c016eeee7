import { expect, test } from 'vitest';
import { FixedWindows } from '../../server/auth/fixed-windows.ts';

test('a window begins with the first request of its key, and is forgotten when it ends', () => {
  let now = 0;
  const windows = new FixedWindows(1000, () => now);
  expect(windows.count('a', 1)).toEqual({ count: 1, left: 1000 });
  now = 400;
  expect(windows.count('a', 3)).toEqual({ count: 4, left: 600 });
  expect(windows.count('b', 1)).toEqual({ count: 1, left: 1000 });
  now = 1000;
  expect(windows.count('c', 1)).toEqual({ count: 1, left: 1000 });
  expect(windows.size).toBe(2);
  expect(windows.count('b', 1)).toEqual({ count: 2, left: 400 });
  now = 3000;
  expect(windows.count('a', 1)).toEqual({ count: 1, left: 1000 });
  expect(windows.size).toBe(1);
});
