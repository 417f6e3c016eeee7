import type { LoopbackDns, LoopbackDnsOptions } from '../dns/loopback-dns.ts';
import { delegateFrom, resolveFrom } from '../dns/parent-zone.ts';

/** The name servers that `example.org` is moved between. */
export const [C, D] = ['ns.c.org', 'ns.d.org'] as const;

/** Who is named where while the DNS of `example.org` is moved. */
export interface Moving {
  /** By the zone above. */
  readonly registrar: readonly string[];
  /** By the zone as C has it, and as D has it: each itself, where not given. */
  readonly zoneAtC?: readonly string[];
  readonly zoneAtD?: readonly string[];
  /** Whom the resolver follows. */
  readonly resolver: typeof C | typeof D;
}

/** A server for C, one for the zone above, and one for D. */
export const MOVING_SERVERS: LoopbackDnsOptions = {
  spares: 2,
  zones: { 'example.org': { '@': { NS: [C] } } },
};

/** Lets the servers say so. `follow` is what the resolver does later. */
export function arrangeMoving(net: LoopbackDns, { registrar, zoneAtC, zoneAtD, resolver }: Moving) {
  const [c] = net.authorities;
  const [parent, d] = net.spares;
  if (c === undefined || d === undefined || parent === undefined) throw new Error('too few servers');
  const addresses: Record<string, string> = { [C]: c.address, [D]: d.address };
  c.serve('example.org', { '@': { NS: [...(zoneAtC ?? [C])] } });
  d.serve('example.org', { '@': { NS: [...(zoneAtD ?? [D])] } });
  // Both have an address, whoever is named.
  delegateFrom(parent, net, 'example.org', { nameServers: addresses });
  const named = Object.fromEntries(registrar.map((name) => [name, addresses[name] ?? null]));
  delegateFrom(parent, net, 'example.org', { nameServers: named });
  const follow = (name: string) => resolveFrom(name === C ? c : d, net, 'example.org');
  follow(resolver);
  return { c, d, parent, follow };
}
