import { addressesIn } from './answer.ts';
import type { Asker } from './exchange.ts';
import { parentOf } from './name.ts';
import type { Delegation, UnknownReason } from './outcome.ts';
import type { Resolver } from './resolver.ts';

/** Addresses by name server. */
export type KnownAddresses = ReadonlyMap<string, readonly string[]>;

/** The delegation, with those of the servers' addresses that came along. */
export interface FoundDelegation {
  readonly delegation: Delegation;
  readonly addresses: KnownAddresses;
}

/**
 * Asks the resolver for the name servers of a name or else, going up, of the zone that it lies in. An alias is no
 * apex of a zone: what the resolver finds behind it are its target's name servers, so that too means going up.
 */
export async function findDelegation(
  name: string,
  resolver: Resolver,
  asker: Asker,
): Promise<FoundDelegation> {
  for (let zone = name; zone !== '.'; zone = parentOf(zone)) {
    const { outcome, additionals } = await resolver.ask({ name: zone, type: 'NS' }, asker);
    if (outcome.kind === 'unknown') return notFound(await whyUnknown(outcome.reason, resolver, asker));
    if (outcome.kind === 'present' && outcome.cname === null) {
      const nameServers = outcome.values;
      const delegation: Delegation = { kind: 'found', zone, nameServers };
      return { delegation, addresses: addressesIn(additionals, nameServers) };
    }
    const missing = outcome.kind === 'absent' && outcome.reason === 'nxdomain';
    if (missing && zone === name) return notFound({ kind: 'no-such-domain' });
  }
  return notFound({ kind: 'unknown', reason: 'lame' });
}

function notFound(delegation: Delegation): FoundDelegation {
  return { delegation, addresses: new Map() };
}

/**
 * Silence about a domain may be its own servers' fault: the resolver is out of reach where it says nothing at all,
 * though it was asked.
 */
async function whyUnknown(reason: UnknownReason, resolver: Resolver, asker: Asker): Promise<Delegation> {
  const { signal, allowance } = asker;
  const doubtful = reason === 'unreachable' || (reason === 'timeout' && !signal.aborted);
  const unreachable =
    doubtful && !(await resolver.isReachable(asker)) && !signal.aborted && !allowance.isExhausted;
  return { kind: 'unknown', reason: unreachable ? 'resolver-unreachable' : reason };
}
