import { DNS_LIMITS } from '../limits.ts';
import { addressesIn, type Referral } from './answer.ts';
import type { Question } from './message.ts';
import { parentOf } from './name.ts';
import type { Outcome, Unknown } from './outcome.ts';
import type { Resolver } from './resolver.ts';
import type { Asker } from './transport/exchange.ts';

export interface ReferralDeps {
  readonly resolver: Resolver;
  readonly asker: Asker;
  /** Whether a server at this address may be queried. */
  mayQuery(address: string): boolean;
  /** Asks a server of `zone` for a referral, DS records included. */
  askForReferral(address: string, question: Question, zone: string): Promise<Outcome | Referral>;
  /** Asks the resolver for the addresses of a name server. */
  addressesOf(nameServer: string, type: 'A' | 'AAAA'): Promise<readonly string[] | Unknown>;
}

/**
 * Asks the servers of the zone above `name` whom they refer to. `none`: to nobody, because there is no such zone, or
 * because they serve it themselves and don't say what the zone above has. Null if none of them can be asked.
 */
export async function findReferral(name: string, deps: ReferralDeps): Promise<Referral | 'none' | null> {
  const parent = await findZoneAbove(name, deps);
  if (parent === null) return null;
  for (const server of parent.nameServers.slice(0, DNS_LIMITS.parentServers)) {
    const address = await firstAddress(server, parent.addresses, deps);
    if (address === undefined) continue;
    const outcome = await deps.askForReferral(address, { name, type: 'NS' }, parent.zone);
    if (outcome.kind === 'referral') return outcome;
    if (outcome.kind !== 'unknown') return 'none';
  }
  return null;
}

/** By the resolver's word. A zone in which it fails is passed over. The root refers to no registrable domain. */
async function findZoneAbove(name: string, { resolver, asker }: ReferralDeps) {
  let zone = parentOf(name);
  for (let left = DNS_LIMITS.zonesAbove; left > 0 && zone !== '.'; left--) {
    const { outcome, additionals } = await resolver.ask({ name: zone, type: 'NS' }, asker);
    if (outcome.kind === 'present' && outcome.cname === null) {
      return { zone, nameServers: outcome.values, addresses: addressesIn(additionals, outcome.values) };
    }
    zone = parentOf(zone);
  }
  return null;
}

async function firstAddress(
  server: string,
  known: ReadonlyMap<string, readonly string[]>,
  { mayQuery, addressesOf }: ReferralDeps,
): Promise<string | undefined> {
  for (const type of ['A', 'AAAA'] as const) {
    const addresses = known.get(server) ?? (await addressesOf(server, type));
    if (!('kind' in addresses)) return addresses.find(mayQuery);
  }
  return undefined;
}
