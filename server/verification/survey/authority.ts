import { parentOf } from '../../dns/name.ts';
import type { CheckOptions, Delegation, Dns, DnsCheck } from '../../dns/outcome.ts';

/** Questions about a name, and whether it exists by the resolver's word. */
export interface AuthorityCheck {
  readonly check: DnsCheck;
  readonly delegation: Delegation;
}

/**
 * Asks those who are responsible for a name. Where the resolver says that there is no such name, those are the
 * servers of the next zone above: their word on it is first-hand, and they refer to it as soon as it exists.
 */
export async function openAuthorityCheck(
  dns: Dns,
  name: string,
  options: CheckOptions,
): Promise<AuthorityCheck> {
  const check = dns.open(name, options);
  const delegation = await check.delegation();
  if (delegation.kind !== 'no-such-domain' || parentOf(name) === '.') return { check, delegation };
  const above = await openAuthorityCheck(dns, parentOf(name), options);
  return { check: above.check, delegation };
}
