import type { Suite } from '../measurement.ts';
import { aMillionDomains } from './a-million-domains.ts';
import { acrossServers } from './across-servers.ts';
import { createsASecond } from './creates-a-second.ts';
import { fleets } from './fleets.ts';
import { getOverRest } from './get-over-rest.ts';

export const postgresSuite: Suite = {
  name: 'postgres',
  title: 'Letterhead over PostgreSQL, whose server is on the same machine.',
  measurements: [getOverRest, createsASecond, aMillionDomains, fleets, acrossServers],
};
