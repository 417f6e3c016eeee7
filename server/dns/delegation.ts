import { addressesIn, type Referral } from './answer.ts';
import { parentOf } from './name.ts';
import type { Delegation, NamedBy, UnknownReason, ZoneDelegation } from './outcome.ts';
import { findReferral, type ReferralDeps } from './referral.ts';
import type { Resolved } from './reply.ts';
import type { Resolver } from './resolver.ts';
import type { Asker } from './transport/exchange.ts';

/** Addresses by name server. */
export type KnownAddresses = ReadonlyMap<string, readonly string[]>;

/** Delegation, with what else was in the same answers. */
export interface FoundDelegation {
  readonly delegation: Delegation;
  /** As the resolver gave them along with the name servers. */
  readonly addresses: KnownAddresses;
  /** As the zone above gave them along with the name servers. */
  readonly glue: KnownAddresses;
  /** DS records in the zone above, as text. */
  readonly ds: readonly string[];
  /** Whether the resolver has validated the name servers. */
  readonly validated: boolean;
  /** Whether the zone above has to confirm that there is no such domain: the resolver's answer had no SOA record. */
  readonly doubtful: boolean;
  /** What the resolver says with the checking of DNSSEC disabled, if it answers only then. */
  readonly unchecked: Pick<ZoneDelegation, 'zone' | 'nameServers'> | null;
}

const NOTHING = {
  addresses: new Map(),
  glue: new Map(),
  ds: [],
  validated: false,
  doubtful: false,
  unchecked: null,
};

export interface DelegationDeps extends ReferralDeps {
  readonly resolver: Resolver;
  readonly asker: Asker;
}

/**
 * Asks the resolver for the name servers of a name, then of each parent until one has any. Asks the zone above for its
 * referral as well if the name is a zone, or if the resolver fails: receivers begin with the servers named there.
 */
export async function findDelegation(name: string, deps: DelegationDeps): Promise<FoundDelegation> {
  const told = await askResolver(name, deps);
  const referral = isWorthAsking(name, told) ? await findReferral(name, deps) : null;
  if (referral === null) return told.doubtful ? { ...told, delegation: NOT_CONFIRMED } : told;
  return referral === 'none' ? told : withReferral(told, referral);
}

/** What resolvers make of lame servers: an absence without SOA record counts only by the word of the zone above. */
const NOT_CONFIRMED: Delegation = { kind: 'unknown', reason: 'lame' };

function isWorthAsking(name: string, { delegation, doubtful }: FoundDelegation): boolean {
  switch (delegation.kind) {
    case 'found':
      return delegation.zone === name;
    case 'no-such-domain':
      return doubtful;
    case 'unknown':
      return delegation.reason !== 'resolver-unreachable';
  }
}

type NamedServers = Pick<ZoneDelegation, 'nameServers' | 'parentServers'>;

/**
 * Who names each server, by server, those named first by either side first; null unless both sides are known and name
 * different servers.
 */
export function namedByDifferently(delegation: NamedServers): Map<string, NamedBy[]> | null {
  const { nameServers, parentServers = [] } = delegation;
  if (nameServers.length === 0 || parentServers.length === 0) return null;
  const servers = serversOf(delegation);
  // A message has room for thousands.
  const [parents, children] = [new Set(parentServers), new Set(nameServers)];
  if (servers.length === parents.size && servers.length === children.size) return null;
  const sides = (server: string): NamedBy[] => [
    ...(parents.has(server) ? (['parent'] as const) : []),
    ...(children.has(server) ? (['child'] as const) : []),
  ];
  return new Map(servers.map((server) => [server, sides(server)]));
}

/** All servers of a zone, whoever names them: from either side in turn, since not all of many are asked. */
export function serversOf({ nameServers, parentServers = [] }: NamedServers): string[] {
  const pairs = Array.from({ length: Math.max(nameServers.length, parentServers.length) }, (_, i) => [
    parentServers[i],
    nameServers[i],
  ]);
  return [...new Set(pairs.flat().filter((server) => server !== undefined))];
}

/** A name with a CNAME is not a zone apex: the NS records behind it are its target's, so its parent is asked next. */
async function askResolver(name: string, deps: DelegationDeps): Promise<FoundDelegation> {
  for (let zone = name; zone !== '.'; zone = parentOf(zone)) {
    const resolved = await deps.resolver.ask({ name: zone, type: 'NS' }, deps.asker);
    const { outcome, additionals, validated } = resolved;
    if (outcome.kind === 'unknown') return notFound(zone, outcome.reason, resolved, deps);
    if (outcome.kind === 'present' && outcome.cname === null) {
      const nameServers = outcome.values;
      const addresses = addressesIn(additionals, nameServers);
      return { ...NOTHING, delegation: { kind: 'found', zone, nameServers }, addresses, validated };
    }
    const missing = outcome.kind === 'absent' && outcome.reason === 'nxdomain';
    if (missing && zone === name) {
      return { ...NOTHING, delegation: { kind: 'no-such-domain' }, doubtful: outcome.negativeTtl === null };
    }
  }
  return { ...NOTHING, delegation: { kind: 'unknown', reason: 'lame' } };
}

async function notFound(
  zone: string,
  reason: UnknownReason,
  { unchecked }: Resolved,
  deps: DelegationDeps,
): Promise<FoundDelegation> {
  const delegation: Delegation = { kind: 'unknown', reason: await whyUnknown(reason, deps) };
  const isZone = unchecked?.kind === 'present' && unchecked.cname === null;
  return { ...NOTHING, delegation, unchecked: isZone ? { zone, nameServers: unchecked.values } : null };
}

/** Where the resolver failed, the zone above has the last word: its glue spares questions that would fail as well. */
function withReferral(told: FoundDelegation, { zone, nameServers, glue, ds }: Referral): FoundDelegation {
  const { delegation, unchecked } = told;
  const parentServers = [...nameServers];
  if (delegation.kind === 'found') {
    return delegation.zone === zone
      ? { ...told, delegation: { ...delegation, parentServers }, glue, ds }
      : told;
  }
  const resolverFailure = failureOf(delegation);
  const children = unchecked?.zone === zone ? unchecked.nameServers : [];
  const found = { kind: 'found', zone, nameServers: children, parentServers, resolverFailure } as const;
  return { ...told, delegation: found, addresses: glue, ds };
}

/** A resolver that knows no domain that the zone above refers to has been told so by servers that are lame. */
function failureOf(delegation: Exclude<Delegation, ZoneDelegation>): UnknownReason {
  if (delegation.kind === 'no-such-domain') return 'lame';
  return delegation.reason === 'resolver-unreachable' ? 'timeout' : delegation.reason;
}

/**
 * Distinguishes an unreachable resolver from one that cannot reach the domain's servers: only the former does not
 * answer a question about the root either.
 */
async function whyUnknown(reason: UnknownReason, { resolver, asker }: DelegationDeps) {
  const { signal, allowance } = asker;
  const doubtful = reason === 'unreachable' || (reason === 'timeout' && !signal.aborted);
  const unreachable =
    doubtful && !(await resolver.isReachable(asker)) && !signal.aborted && !allowance.isExhausted;
  return unreachable ? ('resolver-unreachable' as const) : reason;
}
