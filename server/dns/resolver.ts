import { readResolver } from './answer.ts';
import { type LookupObserver, labelOf } from './lookup.ts';
import type { Message, QueryOptions, Question } from './message.ts';
import { isWithin } from './name.ts';
import type { Outcome, UnknownReason } from './outcome.ts';
import { RecentAnswers } from './recent-answers.ts';
import { type Resolved, unknown } from './reply.ts';
import type { Asker, Exchange, Exchanged } from './transport/exchange.ts';
import type { ServerAddress } from './transport/server-address.ts';

export interface ResolverDeps {
  readonly exchange: Exchange;
  /** In order of preference. */
  readonly servers: readonly ServerAddress[];
  /** Timeout of a resolver in each round, in milliseconds. */
  readonly tries: readonly number[];
  readonly onLookup: LookupObserver;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** Reasons in the order of preference when several resolvers failed, none with SERVFAIL: the most specific first. */
const BY_USEFULNESS: readonly UnknownReason[] = [
  'refused',
  'malformed',
  'lame',
  'budget',
  'timeout',
  'unreachable',
];
const PROBE_TIMEOUT = 1000;
const NOTHING = { additionals: [], validated: false };

/** Asks the configured resolvers one after another until one gives a definitive answer. */
export class Resolver {
  readonly #deps: ResolverDeps;
  /** Last server that answered; asked first, so that a dead one costs its timeout once. */
  #preferred: ServerAddress | undefined;
  readonly #recent: RecentAnswers;

  constructor(deps: ResolverDeps) {
    this.#deps = deps;
    this.#recent = new RecentAnswers(deps.now);
  }

  async ask(question: Question, asker: Asker): Promise<Resolved> {
    if (isWithin(question.name, asker.anewWithin ?? '.')) return this.#askAnew(question, asker);
    const recent = this.#recent.get(question);
    if (recent !== undefined) return recent;
    const resolved = await this.#askAnew(question, asker);
    this.#recent.add(question, resolved);
    return resolved;
  }

  /** Asks with the checking of DNSSEC disabled, which a resolver answers as well where DNSSEC fails. */
  async askWithoutChecking(question: Question, asker: Asker): Promise<Outcome> {
    const [timeout = PROBE_TIMEOUT] = this.#deps.tries;
    for (const server of this.#inOrder()) {
      const { outcome } = await this.#askTwice(server, question, timeout, asker, { checkingDisabled: true });
      if (outcome.kind !== 'unknown') return outcome;
    }
    return unknown('servfail');
  }

  /** Whether any resolver answers at all: asks for the root's name servers, which every resolver knows. */
  async isReachable(asker: Asker): Promise<boolean> {
    const root: Question = { name: '.', type: 'NS' };
    const asked = this.#deps.servers.map((server) => this.#exchange(server, root, PROBE_TIMEOUT, asker));
    return (await Promise.all(asked)).some(({ reply }) => reply.kind === 'reply');
  }

  async #askAnew(question: Question, asker: Asker): Promise<Resolved> {
    const reasons = new Set<UnknownReason>();
    let failing: ServerAddress | undefined;
    let servers = this.#inOrder();
    for (const timeout of this.#deps.tries) {
      const silent: ServerAddress[] = [];
      for (const server of servers) {
        const resolved = await this.#askTwice(server, question, timeout, asker);
        if (resolved.outcome.kind !== 'unknown') {
          this.#preferred = server;
          return resolved;
        }
        reasons.add(resolved.outcome.reason);
        if (resolved.outcome.reason === 'timeout') silent.push(server);
        if (resolved.outcome.reason === 'servfail') failing ??= server;
      }
      // Only timeouts are retried: the datagram may have been lost, or the answer was slow.
      servers = silent;
    }
    if (failing !== undefined) return this.#askUnchecked(failing, question, asker);
    return failed(BY_USEFULNESS.find((candidate) => reasons.has(candidate)) ?? 'unreachable');
  }

  #inOrder(): ServerAddress[] {
    const preferred = this.#preferred;
    const others = this.#deps.servers.filter((server) => server !== preferred);
    return preferred === undefined ? others : [preferred, ...others];
  }

  /** Asks once more after SERVFAIL, at once: a resolver that has just reached the domain's servers has the answer. */
  async #askTwice(
    server: ServerAddress,
    question: Question,
    timeout: number,
    asker: Asker,
    options: Pick<QueryOptions, 'checkingDisabled'> = {},
  ): Promise<Resolved> {
    const first = await this.#askOne(server, question, timeout, asker, options);
    return isServfail(first) ? this.#askOne(server, question, timeout, asker, options) : first;
  }

  /**
   * Finds out whether a resolver fails because of DNSSEC: then it answers with the checking disabled (RFC 4035 §3.2.2).
   * It must fail again without that, since it may have reached the domain's servers only now.
   */
  async #askUnchecked(server: ServerAddress, question: Question, asker: Asker): Promise<Resolved> {
    const [timeout = PROBE_TIMEOUT] = this.#deps.tries;
    const unchecked = await this.#askOne(server, question, timeout, asker, { checkingDisabled: true });
    if (unchecked.outcome.kind === 'unknown') return failed('servfail');
    const again = await this.#askOne(server, question, timeout, asker);
    return isServfail(again) ? { ...failed('bogus'), unchecked: unchecked.outcome } : again;
  }

  async #askOne(
    server: ServerAddress,
    question: Question,
    timeout: number,
    asker: Asker,
    options: Pick<QueryOptions, 'checkingDisabled'> = {},
  ): Promise<Resolved> {
    const { reply, ms } = await this.#exchange(server, question, timeout, asker, options);
    const outcome = reply.kind === 'reply' ? readResolver(reply.message, question) : reply;
    this.#deps.onLookup({ whom: 'resolver', type: question.type, outcome: labelOf(outcome), ms });
    const { additionals, validated }: Pick<Message, 'additionals' | 'validated'> =
      reply.kind === 'reply' ? reply.message : NOTHING;
    return { outcome, additionals, validated };
  }

  async #exchange(
    server: ServerAddress,
    question: Question,
    timeout: number,
    asker: Asker,
    options: Pick<QueryOptions, 'checkingDisabled'> = {},
  ): Promise<Exchanged> {
    if (!asker.allowance.takeResolverQuestion()) return { reply: unknown('budget'), ms: 0 };
    const asked = { ...options, recursive: true, timeout, resendAfter: timeout / 2 };
    return this.#deps.exchange.ask(server, question, asked, asker);
  }
}

function failed(reason: UnknownReason): Resolved {
  return { outcome: unknown(reason), ...NOTHING };
}

function isServfail({ outcome }: Resolved): boolean {
  return outcome.kind === 'unknown' && outcome.reason === 'servfail';
}
