import { expect, test } from 'vitest';
import { FAMILIES } from './attacks.ts';
import { runHostile } from './hostile-run.ts';
import { PROMISES } from './report.ts';

// Half of the long run's attacks, within seconds. Only `npm run test:hostile` measures how long the victim waits: here,
// other tests use the processors, which also makes a stretch longer now and then, so that it is measured twice before it
// counts.
test('an account at all its limits neither takes the main thread for long nor slows another account down', {
  timeout: 180_000,
  retry: 1,
}, async () => {
  const { attacked, stretches, tallies } = await runHostile({
    seconds: 12,
    scale: 0.5,
    calmSeconds: 0,
    families: FAMILIES,
    checkEvery: 2000,
  });
  expect(attacked.wrong).toEqual({});
  const [longest] = stretches?.longest ?? [];
  expect(longest?.ms, JSON.stringify(longest)).toBeLessThanOrEqual(PROMISES.stretch);
  for (const { name, begun } of tallies) expect(begun, name).toBeGreaterThan(0);
});
