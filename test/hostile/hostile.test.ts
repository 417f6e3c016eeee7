import { expect, test } from 'vitest';
import { FAMILIES } from './attacks.ts';
import { runHostile } from './hostile-run.ts';
import { PROMISES } from './report.ts';

// As much as an account may ask for in a minute, within some seconds. How long the victim waits is no figure here,
// where other tests take the processors: `npm run test:hostile` measures that.
test('an account at all its limits neither takes the main thread for long nor anything from another account', async () => {
  const { attacked, stretches, tallies } = await runHostile({
    seconds: 12,
    calmSeconds: 0,
    families: FAMILIES,
    checkEvery: 2000,
  });
  for (const { name, outcomes } of tallies) expect(outcomes, name).not.toEqual({});
  expect(attacked.wrong).toEqual({});
  const [longest] = stretches?.longest ?? [];
  expect(longest?.ms, JSON.stringify(longest)).toBeLessThanOrEqual(PROMISES.stretch);
}, 180_000);
