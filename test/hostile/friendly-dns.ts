import { childOptions, serveParent } from '../child-process.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import type { ZoneNames } from '../dns/zone.ts';
import { allHostileZones } from './hostile-zones.ts';

export interface FriendlyDnsOptions {
  readonly zones: Record<string, ZoneNames>;
}

/** The server's resolver, and the name servers of friendly zones, in a separate process. */
const { zones } = childOptions<FriendlyDnsOptions>();
const { port, resolver } = await startLoopbackDns({ zones, authorities: 2 });
for (const { resolverZones } of allHostileZones()) {
  for (const [apex, names] of Object.entries(resolverZones)) resolver.serve(apex, names);
}
serveParent({ port }, () => null);
