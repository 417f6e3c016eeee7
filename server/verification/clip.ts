import type { Observation } from '../dns/outcome.ts';

/** In characters. Answers that help anybody are far below it; DNS allows 65,535 octets, from each of eight servers. */
const MAX_KEPT = 16_384;
const MAX_VALUES = 16;
const MAX_VALUE = 400;

/** An answer small enough to be kept as evidence. One over the bound keeps the beginnings of its first values. */
export function clipAnswer<Answer extends Observation['outcome']>(answer: Answer): Answer {
  if (answer.kind !== 'present') return answer;
  const size = answer.values.reduce((sum, value) => sum + value.length, 0);
  if (size <= MAX_KEPT) return answer;
  return { ...answer, values: answer.values.slice(0, MAX_VALUES).map((value) => value.slice(0, MAX_VALUE)) };
}

export function clipObservations(observations: readonly Observation[]): Observation[] {
  return observations.map((observation) => ({ ...observation, outcome: clipAnswer(observation.outcome) }));
}
