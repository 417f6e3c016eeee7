import { describe, test } from 'vitest';
import { type Fleet, fleetOnFiles, fleetOnPostgres } from './fleet.ts';
import { webhooksRun } from './webhooks-run.ts';

const FLEETS: readonly [string, (token: string) => Promise<Fleet>, kills: number][] = [
  ['a server on files', fleetOnFiles, 10],
  ['one of three servers, or their PostgreSQL,', fleetOnPostgres, 4],
];

// Each waits for much of the time, for a process that starts or for a lease that ends.
describe.concurrent('kills', () => {
  for (const [name, fleet, kills] of FLEETS)
    test(`killing ${name} keeps no event from an endpoint, which goes on in order and repeats only what was sent within 100 ms`, {
      timeout: 240_000,
    }, async ({ expect }) => {
      const { complaints, arrivals, events } = await webhooksRun({ fleet, kills, random: Math.random });
      expect(complaints).toEqual([]);
      expect(arrivals).toBeGreaterThan(events);
    });
});
