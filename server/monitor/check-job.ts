import type { Actor } from '@letterhead/shared';
import type { DomainRef, DomainRow } from '../store/interface/domain-row.ts';
import type { Timer } from '../timer.ts';

/** Who asks for a check: an account may take `verified` away by it, a share link may not. */
export interface CheckRequest {
  readonly actor: Actor;
  readonly mode: 'verify' | 'share';
}

/** One check of one domain, from the request for it to its end. Requests for the same domain join it before it begins. */
export class CheckJob {
  readonly target: DomainRef;
  /** The first request for it, or the first that may take `verified` away; null for a due check. */
  #request: CheckRequest | null = null;
  #begun = false;
  #cancelled = false;
  #deadline: number | null = null;
  #cancelDeadline = () => {};
  readonly #timer: Timer;
  readonly #controller = new AbortController();
  readonly #outcome = Promise.withResolvers<DomainRow | undefined>();

  constructor(target: DomainRef, timer: Timer) {
    this.target = target;
    this.#timer = timer;
    // Nobody awaits a due check: its failure must not become an unhandled rejection.
    this.#outcome.promise.catch(() => {});
  }

  get asked(): boolean {
    return this.#request !== null;
  }

  /** Ends the check's questions; what was heard by then is judged. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The domain as it is after the check; undefined where there is none any more. */
  get outcome(): Promise<DomainRow | undefined> {
    return this.#outcome.promise;
  }

  /** Whether its result is not wanted any more and must not be kept. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Whether its first question is still to be asked, so that it sees the DNS as it is from now on. */
  get canBeJoined(): boolean {
    return !this.#begun;
  }

  join(request: CheckRequest): void {
    const isStronger = this.#request?.mode === 'share' && request.mode === 'verify';
    if (this.#request === null || isStronger) this.#request = request;
  }

  /** Marks the check as begun: nobody joins any more. Returns the request that it answers. */
  begin(): CheckRequest | null {
    this.#begun = true;
    return this.#request;
  }

  /** Ends its questions at `at` (milliseconds since 1970) at the latest. */
  endBy(at: number, now: number): void {
    if (this.#deadline !== null && this.#deadline <= at) return;
    this.#deadline = at;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#timer(Math.max(0, at - now), () => this.#controller.abort());
  }

  settle(row: DomainRow | undefined): void {
    this.#cancelDeadline();
    this.#outcome.resolve(row);
  }

  fail(error: unknown): void {
    this.#cancelled = true;
    this.#cancelDeadline();
    this.#controller.abort();
    this.#outcome.reject(error);
  }
}
