import { addressesIn } from './answer.ts';
import type { Asker } from './exchange.ts';
import { parentOf } from './name.ts';
import type { Delegation, UnknownReason } from './outcome.ts';
import type { Resolver } from './resolver.ts';

/** Addresses by name server. */
export type KnownAddresses = ReadonlyMap<string, readonly string[]>;

/** Delegation, with the servers' addresses that were in the same answer. */
export interface FoundDelegation {
  readonly delegation: Delegation;
  readonly addresses: KnownAddresses;
}

/**
 * Asks the resolver for the name servers of a name, then of each parent until one has any. A name with a CNAME is not
 * a zone apex: the NS records behind it are its target's, so its parent is asked next.
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
 * Distinguishes an unreachable resolver from one that cannot reach the domain's servers: only the former does not
 * answer a question about the root either.
 */
async function whyUnknown(reason: UnknownReason, resolver: Resolver, asker: Asker): Promise<Delegation> {
  const { signal, allowance } = asker;
  const doubtful = reason === 'unreachable' || (reason === 'timeout' && !signal.aborted);
  const unreachable =
    doubtful && !(await resolver.isReachable(asker)) && !signal.aborted && !allowance.isExhausted;
  return { kind: 'unknown', reason: unreachable ? 'resolver-unreachable' : reason };
}
