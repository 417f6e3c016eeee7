import { LetterheadError } from '@letterhead/shared';
import { FairSemaphore, type SemaphoreLimits } from '../fair-semaphore.ts';
import type { Clock } from '../instant.ts';
import { CHECK_LIMITS } from '../limits.ts';
import { shuttingDown } from '../shutting-down.ts';
import type { DueCheck } from '../store/interface/checks.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Timer } from '../timer.ts';
import { CheckJob, type CheckRequest } from './check-job.ts';
import { CheckLane } from './check-lane.ts';

/** A caller gets an answer within this time, whatever the DNS does. */
const ANSWER_WITHIN_MS = 9000;
/** Time that is left for a check that waits behind a running one of the same domain. */
const HANDOVER_MS = 4500;
/** A requested check that has not begun by then is refused: too little time is left to see anything. */
const LATEST_START_MS = 6000;
/** A domain whose check took longer is queued in the `slow` lane the next time. */
const SLOW_MS = 3000;
const RETRY_AFTER_SECONDS = 5;

/** The queue that a check waits in: requested by a caller, due, or due and known to be slow. */
type Lane = 'requested' | 'due' | 'slow';

/** Order of precedence. */
const LANES: readonly Lane[] = ['requested', 'due', 'slow'];
/** The part of all checks under way, and of an account's, that may be in a lane. */
const SHARE: Record<Lane, number> = { requested: 1, due: 0.75, slow: 0.25 };
/** The lanes that a check counts in: a slow one is also due, and every one is under way. */
const TAKES: Record<Lane, readonly Lane[]> = {
  requested: ['requested'],
  due: ['requested', 'due'],
  slow: ['requested', 'due', 'slow'],
};

interface RunningCheck {
  readonly job: CheckJob;
  readonly ended: Promise<void>;
}

export interface CheckQueueDeps {
  readonly clock: Clock;
  readonly timer: Timer;
  /** How many checks are under way at once, at most: in all and of one account. */
  readonly limits: SemaphoreLimits;
  /** Does the check. It must call `job.begin()` before its first question, and heed `job.signal`. */
  readonly run: (job: CheckJob) => Promise<DomainRow | undefined>;
  /** Called when due checks may be added again. */
  readonly onCapacity: () => void;
}

/**
 * Runs checks side by side, one a domain at a time, by account in turn. Within its account's share,
 * requested checks go first and may fill all of it; those of slow domains may use only a part, so that they hold up no
 * other.
 */
export class CheckQueue {
  readonly #deps: CheckQueueDeps;
  readonly #lanes: Record<Lane, CheckLane> = byLane(() => new CheckLane());
  readonly #limits: Record<Lane, SemaphoreLimits>;
  readonly #semaphores: Record<Lane, FairSemaphore<number>>;
  /** Keyed by domain id, as the two below. */
  readonly #waiting = new Map<number, CheckJob>();
  readonly #running = new Map<number, RunningCheck>();
  readonly #slow = new Set<number>();
  #closed = false;

  constructor(deps: CheckQueueDeps) {
    this.#deps = deps;
    const { total, perOwner } = deps.limits;
    this.#limits = byLane((lane) => ({
      total: Math.ceil(total * SHARE[lane]),
      perOwner: Math.ceil(perOwner * SHARE[lane]),
    }));
    this.#semaphores = byLane((lane) => new FairSemaphore(this.#limits[lane]));
  }

  get inFlight(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * How many due checks may be added: as many as would start at once, but for those of accounts that have their share
   * and of slow domains. Those wait in the queue, which is bounded, while others start.
   */
  get capacity(): number {
    if (this.#closed) return 0;
    return Math.max(0, Math.min(this.#freeIn('due'), CHECK_LIMITS.waiting - this.#waiting.size));
  }

  /**
   * A check whose questions are all asked from now on, shared by all requests made before its first one.
   * Undefined where the domain is gone by then. Rejects with `unavailable` under overload and at shutdown.
   */
  request(target: DueCheck, request: CheckRequest): Promise<DomainRow | undefined> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const now = this.#deps.clock().getTime();
    const job = this.#joinable(target) ?? this.#enqueue(target, 'requested');
    job.join(request);
    job.endBy(now + ANSWER_WITHIN_MS, now);
    this.#prioritize(job, now);
    this.#startWhatFits();
    return job.outcome;
  }

  /** A check that is due. Nothing is added where one of the same domain waits already. */
  add(target: DueCheck): void {
    if (this.#closed || this.#joinable(target) !== undefined) return;
    this.#enqueue(target, this.#slow.has(target.id) ? 'slow' : 'due');
    this.#startWhatFits();
  }

  /** Cancels what is under way and fails what waits. Resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.values()) job.fail(shuttingDown());
    this.#waiting.clear();
    for (const lane of LANES) this.#lanes[lane].clear();
    const running = [...this.#running.values()];
    for (const { job } of running) job.fail(shuttingDown());
    await Promise.all(running.map(({ ended }) => ended));
  }

  #joinable({ id }: DueCheck): CheckJob | undefined {
    const running = this.#running.get(id)?.job;
    return this.#waiting.get(id) ?? (running?.canBeJoined ? running : undefined);
  }

  #enqueue(target: DueCheck, lane: Lane): CheckJob {
    const job = new CheckJob(target, this.#deps.timer);
    this.#waiting.set(target.id, job);
    this.#lanes[lane].add(job);
    return job;
  }

  /** Moves a requested check before those that are due, and leaves a running one of the same domain less time. */
  #prioritize(job: CheckJob, now: number): void {
    if (this.#waiting.get(job.target.id) !== job) return;
    this.#lanes.due.delete(job);
    this.#lanes.slow.delete(job);
    this.#lanes.requested.add(job);
    this.#running.get(job.target.id)?.job.endBy(now + HANDOVER_MS, now);
    this.#deps.timer(LATEST_START_MS, () => {
      if (this.#remove(job)) job.fail(overloaded());
    });
  }

  /** Returns false where it does not wait (any more). */
  #remove(job: CheckJob): boolean {
    if (this.#waiting.get(job.target.id) !== job) return false;
    for (const lane of LANES) this.#lanes[lane].delete(job);
    return this.#waiting.delete(job.target.id);
  }

  #startWhatFits(): void {
    for (const lane of LANES) {
      for (let job = this.#takeNext(lane); job !== undefined; job = this.#takeNext(lane))
        this.#start(job, lane);
    }
  }

  #takeNext(lane: Lane): CheckJob | undefined {
    if (this.#freeIn(lane) === 0) return undefined;
    return this.#lanes[lane].takeNext(
      ({ target }) => this.#running.has(target.id),
      ({ target }) => this.#acquire(lane, target.account),
    );
  }

  #start(job: CheckJob, lane: Lane): void {
    this.#waiting.delete(job.target.id);
    const started = this.#deps.clock().getTime();
    job.endBy(started + ANSWER_WITHIN_MS, started);
    this.#running.set(job.target.id, { job, ended: this.#run(job, lane, started) });
  }

  async #run(job: CheckJob, lane: Lane, started: number): Promise<void> {
    const { account, id } = job.target;
    let isGone = false;
    try {
      const row = await this.#deps.run(job);
      isGone = row === undefined;
      job.settle(row);
    } catch (error) {
      job.fail(error);
    }
    this.#running.delete(id);
    for (const one of TAKES[lane]) this.#semaphores[one].release(account);
    this.#noteSpeed(id, isGone ? 0 : this.#deps.clock().getTime() - started);
    if (this.#closed) return;
    this.#startWhatFits();
    if (this.capacity > 0) this.#deps.onCapacity();
  }

  /** Forgets those that were slow the longest ago, so that domains that are gone don't stay for ever. */
  #noteSpeed(id: number, ms: number): void {
    this.#slow.delete(id);
    if (ms <= SLOW_MS) return;
    this.#slow.add(id);
    const [oldest] = this.#slow;
    if (this.#slow.size > CHECK_LIMITS.slowDomains && oldest !== undefined) this.#slow.delete(oldest);
  }

  /** Acquires the semaphore of each lane that a check in this one counts in, or none at all. */
  #acquire(lane: Lane, account: number): boolean {
    const taken: FairSemaphore<number>[] = [];
    for (const one of TAKES[lane]) {
      const semaphore = this.#semaphores[one];
      if (!semaphore.tryAcquire(account)) {
        for (const given of taken) given.release(account);
        return false;
      }
      taken.push(semaphore);
    }
    return true;
  }

  /** How many more checks in this lane could be under way, whosever they are. */
  #freeIn(lane: Lane): number {
    return Math.min(...TAKES[lane].map((one) => this.#limits[one].total - this.#semaphores[one].size));
  }
}

function byLane<T>(make: (lane: Lane) => T): Record<Lane, T> {
  return { requested: make('requested'), due: make('due'), slow: make('slow') };
}

function overloaded(): LetterheadError {
  return new LetterheadError('unavailable', 'Too many checks are under way. Try again in a few seconds.', {
    retryAfter: RETRY_AFTER_SECONDS,
  });
}
