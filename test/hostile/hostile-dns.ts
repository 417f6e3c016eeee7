import { setPriority } from 'node:os';
import { childOptions, serveParent } from '../child-process.ts';
import { HostileServer } from '../dns/hostile-server.ts';
import { allHostileZones } from './hostile-zones.ts';

export interface HostileDnsOptions {
  readonly port: number;
}

/** The name servers of all hostile zones, in a separate process, which counts the questions. */
setPriority(10);
const { port } = childOptions<HostileDnsOptions>();
const zones = allHostileZones();
const server = await HostileServer.start({
  port,
  addresses: zones.flatMap(({ addresses }) => addresses),
  handler(query, transport) {
    questions += 1;
    server.received.length = 0;
    const zone = zones.find(({ addresses }) => addresses.includes(query.address));
    return zone?.handler(query, transport) ?? null;
  },
});
let questions = 0;
serveParent(null, () => questions);
