import type { LoopbackDns } from './loopback-dns.ts';
import type { NameServer } from './name-server.ts';
import { canonical } from './zone.ts';

/** What the zone above says of a zone, as its registrar entered it. */
export interface Registration {
  /** Addresses by name server; null for one without. Those within the zone above come as glue. */
  readonly nameServers: Readonly<Record<string, string | null>>;
  readonly ds?: string[];
}

/** Makes one server that of the zone above, known to the resolver, and delegates the zone there. */
export function delegateFrom(
  parent: NameServer,
  net: LoopbackDns,
  zone: string,
  { nameServers, ds = [] }: Registration,
): void {
  const above = zone.slice(zone.indexOf('.') + 1);
  const own = { '@': { NS: [`a.nic.${above}`] }, 'a.nic': { A: [parent.address] } };
  const names = Object.keys(nameServers).map(canonical);
  const served = parent.zones.get(above) ?? parent.serve(above, own);
  served.set(`${zone}.`, { NS: names, ...(ds.length > 0 ? { DS: ds } : {}) });
  if (!net.resolver.zones.has(above)) net.resolver.serve(above, own);
  for (const [name, address] of Object.entries(nameServers)) {
    const records = address === null ? null : { A: [address] };
    served.set(`${name}.`, records);
    if (!net.resolver.zones.has(zone) || !canonical(name).endsWith(`.${zone}`)) {
      net.resolver.zones.get(above)?.set(`${name}.`, records);
    }
  }
}

/** The resolver's view of a zone becomes that of one of its servers. */
export function resolveFrom(server: NameServer, net: LoopbackDns, zone: string): void {
  const served = server.zones.get(zone);
  if (served === undefined) net.resolver.zones.delete(zone);
  else net.resolver.zones.set(zone, served);
}
