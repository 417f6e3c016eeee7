import type { Observation } from '../dns/outcome.ts';
import { CHECK_LIMITS } from '../limits.ts';

/** How much a value has to do with our record: those that have more go before the others. */
export type Relevance = (value: string) => number;

/**
 * An answer with no more values than are judged. Of more, those with the highest relevance are kept, such as our own
 * among many, then the first in the alphabet: servers that give the same answer in another order stay alike.
 */
export function truncateAnswer<Answer extends Observation['outcome']>(
  answer: Answer,
  relevance: Relevance = () => 0,
): Answer {
  if (answer.kind !== 'present' || answer.values.length <= CHECK_LIMITS.judgedValues) return answer;
  const ranked = answer.values.toSorted().map((value) => ({ value, rank: relevance(value) }));
  const kept = ranked.sort((one, other) => other.rank - one.rank).slice(0, CHECK_LIMITS.judgedValues);
  return { ...answer, values: kept.map(({ value }) => value), total: totalOf(answer) };
}

export function truncateObservations(
  observations: readonly Observation[],
  relevance: Relevance,
): Observation[] {
  return observations.map((observation) => ({
    ...observation,
    outcome: truncateAnswer(observation.outcome, relevance),
  }));
}

/** How many values were answered, those that were not kept among them. */
export function totalOf(answer: Observation['outcome']): number {
  return answer.kind === 'present' ? (answer.total ?? answer.values.length) : 0;
}

/** Whether a form shows the text as it is here: octets that are no UTF-8 were replaced in it. */
export function isLegible(text: string): boolean {
  return !text.includes('\uFFFD');
}

/** The beginning of a text, with an ellipsis; nothing where not even that has room. */
export function shorten(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  let length = Math.min(text.length, Math.floor(bytes));
  while (length > 0 && jsonBytes(`${text.slice(0, length)}…`) > bytes) length = Math.floor(length * 0.9);
  return length > 0 ? `${text.slice(0, length)}…` : '';
}

/** What a value takes in a file of JSON, its indentation aside. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
