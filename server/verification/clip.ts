import type { Observation } from '../dns/outcome.ts';

/** In characters. Answers that help anybody are far below it; DNS allows 65,535 octets, from each of eight servers. */
const MAX_KEPT = 16_384;
const MAX_VALUES = 100;
const MAX_VALUE = 100;
const MAX_TELLING_VALUE = 2000;

/**
 * An answer small enough to be kept as evidence. One over the bound keeps the values that are `telling`, such as our
 * own among many, then the beginnings of the others: what is judged must not hang on how much lies beside it.
 */
export function clipAnswer<Answer extends Observation['outcome']>(
  answer: Answer,
  telling: (value: string) => boolean = () => false,
): Answer {
  if (answer.kind !== 'present') return answer;
  const size = answer.values.reduce((sum, value) => sum + value.length, 0);
  if (size <= MAX_KEPT) return answer;
  const told = answer.values.filter(telling).map((value) => value.slice(0, MAX_TELLING_VALUE));
  const others = answer.values.filter((value) => !telling(value)).map((value) => value.slice(0, MAX_VALUE));
  return { ...answer, values: [...told, ...others].slice(0, MAX_VALUES) };
}

export function clipObservations(
  observations: readonly Observation[],
  telling: (value: string) => boolean,
): Observation[] {
  return observations.map((observation) => ({
    ...observation,
    outcome: clipAnswer(observation.outcome, telling),
  }));
}
