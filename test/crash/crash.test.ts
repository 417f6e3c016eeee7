import { expect, test } from 'vitest';
import { crashRun } from './crash-run.ts';

const KILLS = 25;

test(`${KILLS} kills lose nothing that was acknowledged, give no id twice, and leave no event out`, async () => {
  const { complaints, acknowledged } = await crashRun({ kills: KILLS, random: Math.random });
  expect(complaints).toEqual([]);
  expect(acknowledged).toBeGreaterThan(KILLS);
}, 240_000);
