import { expect, test } from 'vitest';
import { fleetOnFiles, fleetOnPostgres } from './fleet.ts';
import { webhooksRun } from './webhooks-run.ts';

test.each([
  ['a server on files', fleetOnFiles, 10],
  ['three servers and their PostgreSQL', fleetOnPostgres, 4],
] as const)(
  'killing %s keeps no event from an endpoint, changes no order, and repeats what was sent right before a kill alone',
  async (_, fleet, kills) => {
    const { complaints, arrivals, events } = await webhooksRun({ fleet, kills, random: Math.random });
    expect(complaints).toEqual([]);
    expect(arrivals).toBeGreaterThan(events);
  },
  240_000,
);
