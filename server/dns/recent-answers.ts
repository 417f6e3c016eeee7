import { DNS_LIMITS } from '../limits.ts';
import type { Question } from './message.ts';
import type { Outcome } from './outcome.ts';
import type { Resolved } from './reply.ts';

interface RecentAnswer {
  readonly resolved: Resolved;
  /** By the monotonic clock, in milliseconds. */
  readonly until: number;
}

/**
 * Definitive answers of the resolvers, within their TTL: many checks need the same name servers' addresses. The
 * resolver would answer the same, from its own cache.
 */
export class RecentAnswers {
  readonly #now: () => number;
  /** By question, oldest first. */
  readonly #answers = new Map<string, RecentAnswer>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(question: Question): Resolved | undefined {
    const recent = this.#answers.get(keyOf(question));
    return recent !== undefined && this.#now() < recent.until ? recent.resolved : undefined;
  }

  /** Ignores an answer that is not definitive, may not be cached, or is long. */
  add(question: Question, resolved: Resolved): void {
    const age = Math.min(lifetimeOf(resolved) * 1000, DNS_LIMITS.recentAnswerAge);
    if (age <= 0 || lengthOf(resolved) > DNS_LIMITS.recentAnswerCharacters) return;
    const key = keyOf(question);
    this.#answers.delete(key);
    this.#answers.set(key, { resolved, until: this.#now() + age });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > DNS_LIMITS.recentAnswers && oldest !== undefined) this.#answers.delete(oldest);
  }
}

function keyOf({ name, type }: Question): string {
  return `${type} ${name}`;
}

/** In seconds. */
function lifetimeOf({ outcome, additionals }: Resolved): number {
  return Math.min(secondsOf(outcome), ...additionals.map(({ ttl }) => ttl));
}

function secondsOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'present':
      return Math.min(outcome.ttl, outcome.negativeTtl ?? outcome.ttl);
    case 'absent':
      return outcome.negativeTtl ?? 0;
    case 'unknown':
      return 0;
  }
}

function lengthOf({ outcome, additionals }: Resolved): number {
  const values = outcome.kind === 'present' ? outcome.values : [];
  return [...values, ...additionals.map(({ name, value }) => name + value)].join().length;
}
