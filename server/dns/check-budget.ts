import { CHECK_LIMITS } from '../limits.ts';

/** DNS budget of one check, and the part of it reserved for advice; see `CHECK_LIMITS`. */
export interface BudgetLimits {
  readonly datagrams: number;
  readonly resolverQuestions: number;
  readonly octets: number;
  readonly adviceDatagrams: number;
  readonly adviceResolverQuestions: number;
  readonly adviceOctets: number;
}

/**
 * Bounds what one check sends and decodes, whatever its zone does. Advice has its own allowance, so that asking for it
 * in parallel takes nothing from the records.
 */
export class CheckBudget {
  readonly records: Allowance;
  readonly advice: Allowance;

  constructor(limits: BudgetLimits = CHECK_LIMITS) {
    const { adviceDatagrams, adviceResolverQuestions, adviceOctets } = limits;
    this.records = new Allowance(
      limits.datagrams - adviceDatagrams,
      limits.resolverQuestions - adviceResolverQuestions,
      limits.octets - adviceOctets,
    );
    this.advice = new Allowance(adviceDatagrams, adviceResolverQuestions, adviceOctets);
  }
}

/** Part of a check's budget; counts down. */
export class Allowance {
  #datagrams: number;
  #resolverQuestions: number;
  #octets: number;
  #isExhausted = false;

  constructor(datagrams: number, resolverQuestions: number, octets: number) {
    this.#datagrams = datagrams;
    this.#resolverQuestions = resolverQuestions;
    this.#octets = octets;
  }

  /** Whether a question or an answer was dropped because the allowance was used up. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Called for each datagram, resent ones included, and for each TCP connection. */
  takeDatagram(): boolean {
    return this.#take(--this.#datagrams);
  }

  takeResolverQuestion(): boolean {
    return this.#take(--this.#resolverQuestions);
  }

  /** Called before a message is decoded. */
  takeOctets(count: number): boolean {
    this.#octets -= count;
    return this.#take(this.#octets);
  }

  #take(left: number): boolean {
    if (left < 0) this.#isExhausted = true;
    return left >= 0;
  }
}
