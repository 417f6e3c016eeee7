import { namedByDifferently } from '../dns/delegation.ts';
import { parentOf } from '../dns/name.ts';
import type { Dns, ZoneDelegation } from '../dns/outcome.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';

/**
 * Whether receivers find the servers of the key zone: a sentence for the operator where they don't, what is wrong and
 * what to do; null: they do, or DNS gives nothing definitive.
 */
export async function findDelegationProblem(dns: Dns, zone: string): Promise<string | null> {
  const check = dns.open(zone, { signal: AbortSignal.timeout(KEY_ZONE_LIMITS.lookup), owner: 0 });
  const delegation = await check.delegation();
  if (delegation.kind === 'unknown') return null;
  if (delegation.kind === 'no-such-domain' || delegation.zone !== zone)
    return `${zone} is not delegated in public DNS, so receivers find no keys: add NS records for it to the zone above it, ${zoneAbove(zone, delegation)}.`;
  const { observations } = await check.askAuthorities(zone, 'SOA');
  const wrong = observations.filter(({ outcome }) => outcome.kind === 'absent' || isForeign(outcome));
  if (wrong.length > 0)
    return `${zone} is delegated to ${listOf(wrong.map(({ name }) => name))}, but not served there: set the zone up there, or correct its NS records.`;
  return describeDifference(zone, delegation);
}

function zoneAbove(zone: string, delegation: { kind: 'no-such-domain' } | ZoneDelegation): string {
  return delegation.kind === 'found' ? delegation.zone : parentOf(zone);
}

/** A server that answers, and has no zone of that name. */
function isForeign(outcome: { readonly kind: string; readonly reason?: string }): boolean {
  return outcome.kind === 'unknown' && (outcome.reason === 'refused' || outcome.reason === 'lame');
}

function describeDifference(zone: string, delegation: ZoneDelegation): string | null {
  if (namedByDifferently(delegation) === null) return null;
  const { nameServers, parentServers = [] } = delegation;
  return `The zone above ${zone} names other servers (${listOf(parentServers)}) than ${zone} itself does (${listOf(nameServers)}): make its NS records the same on both sides.`;
}

function listOf(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
