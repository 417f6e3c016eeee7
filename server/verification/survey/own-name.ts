import type { Observation } from '../../dns/outcome.ts';
import { type RandomSource, randomLabel } from '../../random.ts';
import { definitive } from '../answers.ts';

/** Asks for a name; the type is that which a wildcard has. */
type Ask = (name: string) => Promise<readonly Observation['outcome'][]>;

const LABEL_LENGTH = 8;

/**
 * Whether a name is in the zone itself, though a random name beside it, `sibling`, gets the same from a wildcard: below
 * a name that is there, no wildcard above it answers (RFC 4592 §3.3.1).
 */
export async function isInZoneItself(
  name: string,
  sibling: string,
  random: RandomSource,
  ask: Ask,
): Promise<boolean> {
  const label = randomLabel(LABEL_LENGTH, random);
  const [below, beside] = await Promise.all([ask(`${label}.${name}`), ask(`${label}.${sibling}`)]);
  const said = below.flatMap(definitive);
  const isAbsent = said.length > 0 && said.every(({ kind }) => kind === 'absent');
  return isAbsent && beside.some(({ kind }) => kind === 'present');
}
