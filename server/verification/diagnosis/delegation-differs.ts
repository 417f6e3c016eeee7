import type { Action } from '@letterhead/shared';
import type { NamedBy, Observation, ZoneDelegation } from '../../dns/outcome.ts';
import { matches } from '../match-value.ts';
import { setNameServers } from './actions.ts';
import type { Delegated, Rule } from './finding.ts';
import { isCorrect, namesOf, type RuleInput } from './rule-input.ts';

/**
 * The registrar and the zone name different servers, not all of which have our record. Receivers are sent to either.
 * Servers that both name and that differ all the same are no matter of the delegation.
 */
export const DELEGATION_DIFFERS: Rule<'DELEGATION_DIFFERS'> = (input) => {
  const { delegation, observations } = input.evidence;
  const named = serversByNamer(input);
  if (delegation.kind !== 'found' || named === null || !isCorrect(input)) return null;
  const having = serversWithOurs(input);
  const lacks = ({ name, outcome }: Observation) => !having.has(name) && isSettled(outcome);
  const lacking = observations.filter(lacks);
  const empty = SIDES.filter((side) => ofSide(observations, side).every(({ name }) => !having.has(name)));
  if (empty.length === 0 && lacking.every(({ namedBy }) => namedBy?.length !== 1)) return null;
  const failing = empty.flatMap((side) => ofSide(observations, side));
  const isWhole = (side: NamedBy) => !empty.includes(side) && !ofSide(observations, side).some(lacks);
  return {
    ...named,
    action: repair(input, delegation, { child: isWhole('child'), parent: isWhole('parent') }, [...having]),
    without: namesOf([...lacking, ...failing]),
  };
};

/** Null: both name the same servers, or only one of them is known. */
export function serversByNamer({ evidence }: RuleInput): Delegated | null {
  const { delegation, observations } = evidence;
  if (delegation.kind !== 'found' || observations.every(({ namedBy }) => namedBy === undefined)) return null;
  return { parent: delegation.parentServers ?? [], child: delegation.nameServers };
}

const SIDES: readonly NamedBy[] = ['parent', 'child'];

function ofSide(observations: readonly Observation[], side: NamedBy): Observation[] {
  return observations.filter(({ namedBy }) => namedBy?.includes(side));
}

function isSettled({ kind }: Observation['outcome']): boolean {
  return kind === 'present' || kind === 'absent';
}

function serversWithOurs({ record, answers }: RuleInput): Set<string> {
  const right = answers.filter(({ values }) => matches(record, values));
  return new Set(namesOf(right.flatMap(({ servers }) => servers)));
}

/** Leads all receivers to the servers that have our record: those that one side names or, where none is whole, any. */
function repair(
  input: RuleInput,
  { zone, nameServers, parentServers = [] }: ZoneDelegation,
  isWhole: Record<NamedBy, boolean>,
  having: readonly string[],
): Action | null {
  if (isWhole.child) return setNameServers('registrar', zone, parentServers, nameServers);
  if (isWhole.parent) return setNameServers('replace', zone, nameServers, parentServers);
  return input.evidence.zone === zone ? setNameServers('registrar', zone, parentServers, having) : null;
}
