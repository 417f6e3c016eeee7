import { expect, inject, test } from 'vitest';
import { soakRotation } from './rotation-soak.ts';

test('no receiver notices that delegated domains are rotated while Letterhead and the primary are killed', async () => {
  const soak = inject('rotationSoak');
  const { failures, messages, moves, kills } = await soakRotation(soak);
  expect(failures).toEqual([]);
  expect({ messages, moves, kills }).toEqual({
    messages: expect.toSatisfy((count: number) => count > 100),
    moves: expect.toSatisfy((count: number) => count > 0),
    kills: expect.toSatisfy((count: number) => count > 1),
  });
}, 900_000);
