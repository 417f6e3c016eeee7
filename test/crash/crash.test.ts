import { expect, test } from 'vitest';
import { crashRun } from './crash-run.ts';
import { fleetOnFiles, fleetOnPostgres } from './fleet.ts';

test.each([
  ['a server on files', fleetOnFiles, 25],
  ['three servers and their PostgreSQL', fleetOnPostgres, 10],
] as const)(
  'killing %s loses nothing that was acknowledged, gives no id twice, and leaves no event or check out',
  async (_, fleet, kills) => {
    const { complaints, acknowledged } = await crashRun({ fleet, kills, random: Math.random });
    expect(complaints).toEqual([]);
    expect(acknowledged).toBeGreaterThan(kills);
  },
  240_000,
);
