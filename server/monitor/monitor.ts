import { FairSemaphore, type SemaphoreLimits } from '../fair-semaphore.ts';
import { MINUTE, toInstant } from '../instant.ts';
import { CHECK_LIMITS, KEY_LIMITS } from '../limits.ts';
import { shuttingDown } from '../shutting-down.ts';
import type { DueCheck } from '../store/interface/checks.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Store } from '../store/store.ts';
import type { Timer } from '../timer.ts';
import type { CheckEvidence } from '../verification/evidence.ts';
import { checkDomain } from '../verification/survey/check-domain.ts';
import type { CheckRequest } from './check-job.ts';
import { CheckQueue } from './check-queue.ts';
import { correctSchedule } from './correct-schedule.ts';
import { type RunCheckDeps, runCheck, saveResult } from './run-check.ts';
import { spreadOverdue } from './spread-overdue.ts';

export interface MonitorDeps extends RunCheckDeps {
  readonly store: Pick<Store, 'accounts' | 'domains' | 'checks'>;
  readonly timer: Timer;
  /** How many checks are under way at once, at most: in all and of one account. */
  readonly limits?: SemaphoreLimits;
}

const LIMITS: SemaphoreLimits = { total: CHECK_LIMITS.underWay, perOwner: CHECK_LIMITS.underWayPerAccount };
const TICK = 1000;
/** Seconds that a claimed check may wait for room and take. It is claimed again when this process has died. */
const LEASE = 600;
/** A clock that goes back by less has put nothing far away. Milliseconds. */
const CLOCK_TOLERANCE = MINUTE;

/** Keeps watch over all domains: checks those that are due, and at once those that somebody asks for. */
export class Monitor {
  readonly #deps: MonitorDeps;
  readonly #queue: CheckQueue;
  #cancelTick = () => {};
  #ticking: Promise<void> = Promise.resolve();
  #spread = false;
  /** The latest time that the clock has told; nobody knows what it told before the start. */
  #latest = Number.POSITIVE_INFINITY;
  #closed = false;
  readonly #closing = new AbortController();
  readonly #previews = new FairSemaphore<number>(KEY_LIMITS.proofs);

  constructor(deps: MonitorDeps) {
    this.#deps = deps;
    this.#queue = new CheckQueue({
      clock: deps.clock,
      timer: deps.timer,
      limits: deps.limits ?? LIMITS,
      run: (job) => runCheck(deps, job),
      onCapacity: () => void this.tick(),
    });
  }

  /** Looks for due checks every second from now on. */
  start(): void {
    if (this.#closed) return;
    this.#cancelTick = this.#deps.timer(TICK, () => {
      void this.tick();
      this.start();
    });
  }

  /**
   * Checks the domain now and resolves to it as it is then; undefined where there is none. Within ten seconds,
   * whatever the DNS does. Whoever asks for a domain whose check has not asked its first question yet shares it.
   * Rejects with `unavailable` where the store does, under overload and at shutdown.
   */
  verifyNow(target: DueCheck, request: CheckRequest): Promise<DomainRow | undefined> {
    return this.#queue.request(target, request);
  }

  /**
   * Looks in the DNS for the records of a domain that is not there yet, whose private key was proved. Rejects with
   * `unavailable` at shutdown.
   */
  async preview(row: DomainRow): Promise<CheckEvidence> {
    const deps = { ...this.#deps, proveKey: async () => true };
    const ids = row.records.map(({ id }) => id);
    const evidence = await this.#previews.run(row.account_id, () => {
      const timeout = AbortSignal.timeout(CHECK_LIMITS.milliseconds);
      return checkDomain(deps, row, ids, { signal: AbortSignal.any([timeout, this.#closing.signal]) });
    });
    if (this.#closed) throw shuttingDown();
    return evidence;
  }

  /** Keeps what a preview saw as the first check of the domain, which is there now. */
  async keepPreview(
    row: DomainRow,
    evidence: CheckEvidence,
    request: CheckRequest,
  ): Promise<DomainRow | undefined> {
    const ids = row.records.map(({ id }) => id);
    return saveResult(this.#deps, row, evidence, { request, ids, started: this.#deps.clock() });
  }

  /** Starts what is due, as far as there is room. Resolves once that is started; it never rejects. */
  tick(): Promise<void> {
    this.#ticking = this.#ticking.then(() => this.#startDue());
    return this.#ticking;
  }

  /** How many checks are under way, and how many wait for room. */
  get load(): { inFlight: number; waiting: number } {
    return { inFlight: this.#queue.inFlight, waiting: this.#queue.waiting };
  }

  /** Cancels the checks under way: who waits for one is refused with `unavailable`, and nothing of them is kept. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    this.#cancelTick();
    await this.#queue.close();
    await this.#ticking;
  }

  async #startDue(): Promise<void> {
    const { store, clock, random, observer } = this.#deps;
    const now = clock();
    try {
      if (now.getTime() < this.#latest - CLOCK_TOLERANCE) {
        await correctSchedule(store, now, random);
        this.#latest = now.getTime();
      }
      this.#latest = Math.max(this.#latest, now.getTime());
      if (!this.#spread) await spreadOverdue(store, now, random);
      this.#spread = true;
      // Those of an account that has its share wait in the queue: the store may hold others that find room.
      for (let { capacity } = this.#queue; capacity > 0; capacity = this.#queue.capacity) {
        const due = await store.checks.claim(toInstant(now), capacity, LEASE);
        for (const target of due) this.#queue.add(target);
        if (due.length < capacity) return;
      }
    } catch (error) {
      observer.failed(null, error);
    }
  }
}
