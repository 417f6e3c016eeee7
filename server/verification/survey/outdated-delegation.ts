import { namedByDifferently } from '../../dns/delegation.ts';
import type { SurveyContext } from './survey-context.ts';

/**
 * Whether the zone named other servers before, which the resolver remembers: those that the zone above names all say
 * that the zone names the same as it. Then nothing has to be changed about the delegation.
 */
export async function isDelegationOutdated({ check, delegation }: SurveyContext): Promise<boolean> {
  if (delegation.kind !== 'found' || namedByDifferently(delegation) === null) return false;
  const { zone, parentServers = [] } = delegation;
  const { observations } = await check.askAuthorities(zone, 'NS');
  const told = observations.flatMap(({ outcome, namedBy }) =>
    outcome.kind === 'present' && namedBy?.includes('parent') ? [outcome.values] : [],
  );
  return (
    told.length > 0 &&
    told.every(
      (nameServers) => nameServers.length > 0 && namedByDifferently({ nameServers, parentServers }) === null,
    )
  );
}
