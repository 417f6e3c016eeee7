import { CHECK_LIMITS } from '../limits.ts';

/** What one check may spend on DNS in all, and how much of that is kept for advice; see `CHECK_LIMITS`. */
export interface BudgetLimits {
  readonly datagrams: number;
  readonly resolverQuestions: number;
  readonly octets: number;
  readonly adviceDatagrams: number;
  readonly adviceResolverQuestions: number;
  readonly adviceOctets: number;
}

/**
 * What one check may send and decode, whatever its zone does. Advice has an allowance of its own: it can be looked
 * for beside the records without taking anything from them.
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

/** A part of a check's budget, which counts down. */
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

  /** Whether something was not asked, or not read, because the allowance was used up. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** For each datagram, one that is sent again among them, and for each connection over TCP. */
  takeDatagram(): boolean {
    return this.#take(--this.#datagrams);
  }

  takeResolverQuestion(): boolean {
    return this.#take(--this.#resolverQuestions);
  }

  /** For a message that is to be decoded. */
  takeOctets(count: number): boolean {
    this.#octets -= count;
    return this.#take(this.#octets);
  }

  #take(left: number): boolean {
    if (left < 0) this.#isExhausted = true;
    return left >= 0;
  }
}
