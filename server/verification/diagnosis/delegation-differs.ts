import type { Action } from '@letterhead/shared';
import { relativeHost } from '@letterhead/shared';
import { isWithin } from '../../dns/name.ts';
import type { NamedBy, Observation } from '../../dns/outcome.ts';
import { definitive } from '../answers.ts';
import { matches } from '../match-value.ts';
import { setNameServers } from './actions.ts';
import { type Delegated, type Rule, rule } from './finding.ts';
import { isCorrect, namesOf, type RuleInput, SIDES } from './rule-input.ts';

/** A zone whose own servers are others than those that its parent names: another zone or, where null, the registrar. */
interface DifferingZone {
  readonly zone: string;
  readonly above: string | null;
  readonly child: readonly string[];
  readonly parent: readonly string[];
}

/**
 * A zone and its parent name different servers, not all of which have our record. Receivers are sent to either.
 * Servers that both name and that differ all the same are no matter of the delegation.
 */
export const DELEGATION_DIFFERS: Rule<'DELEGATION_DIFFERS'> = rule('valid', (input) => {
  const { observations } = input.evidence;
  const differing = differingZone(input);
  if (differing === null || !isCorrect(input)) return null;
  const having = serversWithOurs(input);
  const lacks = ({ name, outcome }: Observation) => !having.has(name) && definitive(outcome).length > 0;
  const lacking = observations.filter(lacks);
  const empty = SIDES.filter((side) => ofSide(observations, side).every(({ name }) => !having.has(name)));
  if (empty.length === 0 && lacking.every(({ namedBy }) => namedBy?.length !== 1)) return null;
  const failing = empty.flatMap((side) => ofSide(observations, side));
  const isWhole = (side: NamedBy) => !empty.includes(side) && !ofSide(observations, side).some(lacks);
  return {
    ...namersOf(differing),
    action: repair(input, differing, { child: isWhole('child'), parent: isWhole('parent') }, [...having]),
    without: namesOf([...lacking, ...failing]),
  };
});

/** Null: both name the same servers, or only one of them is known. */
export function serversByNamer(input: RuleInput): Delegated | null {
  const differing = differingZone(input);
  return differing === null ? null : namersOf(differing);
}

function namersOf({ zone, above, child, parent }: DifferingZone): Delegated {
  return { parent, child, ...(above === null ? {} : { delegated: zone }) };
}

function differingZone({ evidence, registrable }: RuleInput): DifferingZone | null {
  const { delegation, observations, cut } = evidence;
  if (observations.every(({ namedBy }) => namedBy === undefined) || haveSameAddresses(observations))
    return null;
  if (cut !== undefined) {
    const { zone, above, nameServers: child, parentServers: parent } = cut;
    return { zone, above: isWithin(above, registrable) ? above : null, child, parent };
  }
  if (delegation.kind !== 'found') return null;
  const { zone, nameServers: child, parentServers: parent = [] } = delegation;
  return { zone, above: null, child, parent };
}

/** Whether both sides lead to the same servers, by names of their own: a provider's, and those that a reseller gave them. */
function haveSameAddresses(observations: readonly Observation[]): boolean {
  const [parent = [], child = []] = SIDES.map((side) =>
    ofSide(observations, side).map(({ address }) => address),
  );
  return [...parent, ...child].every((address) => parent.includes(address) && child.includes(address));
}

function ofSide(observations: readonly Observation[], side: NamedBy): Observation[] {
  return observations.filter(({ namedBy }) => namedBy?.includes(side));
}

function serversWithOurs({ record, answers }: RuleInput): Set<string> {
  const right = answers.filter(({ values }) => matches(record, values));
  return new Set(namesOf(right.flatMap(({ servers }) => servers)));
}

/** Leads all receivers to the servers that have our record: those that one side names or, where none is whole, any. */
function repair(
  input: RuleInput,
  { zone, above, child, parent }: DifferingZone,
  isWhole: Record<NamedBy, boolean>,
  having: readonly string[],
): Action | null {
  const atParent =
    above === null
      ? ({ kind: 'registrar', zone, host: '@' } as const)
      : ({ kind: 'replace', zone: above, host: relativeHost(zone, above) } as const);
  if (isWhole.child) return setNameServers(atParent, parent, child);
  if (isWhole.parent) return setNameServers({ kind: 'replace', zone, host: '@' }, child, parent);
  return input.evidence.zone === zone ? setNameServers(atParent, parent, having) : null;
}
