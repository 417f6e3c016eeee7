import { expect, test } from 'vitest';
import { crashRun } from './crash-run.ts';

test.each([
  ['a server on files', 'files', 25],
  ['three servers and their PostgreSQL', 'postgres', 10],
] as const)(
  'killing %s loses nothing that was acknowledged, gives no id twice, and leaves no event out',
  async (_, store, kills) => {
    const { complaints, acknowledged } = await crashRun({ store, kills, random: Math.random });
    expect(complaints).toEqual([]);
    expect(acknowledged).toBeGreaterThan(kills);
  },
  240_000,
);
