import { type Actor, LetterheadError } from '@letterhead/shared';
import type { Clock } from '../instant.ts';
import type { DomainRow, DueCheck } from '../store/store.ts';
import { CheckJob } from './check-job.ts';
import type { Timer } from './timer.ts';

/** Who asks gets an answer within this time, whatever the DNS does. Milliseconds, like all of these. */
const ANSWER_WITHIN = 9000;
/** A check that somebody waits behind leaves him this much. */
const LEFT_FOR_THE_NEXT = 4500;
/** A check that has not begun by then could not see much any more. */
const LATEST_START = 6000;
/** A domain whose check took longer waits in a lane of its own the next time. */
const SLOW = 3000;
/** Slow domains are taken out of the way of the others, but not without end. */
const MAX_SLOW_WAITING = 5000;
const RETRY_AFTER_SECONDS = 5;

/** Where a check waits: somebody asked for it; it is due; it is due and known to be slow. */
type Lane = 'asked' | 'due' | 'slow';

/** How much of the room a lane may take; the slow ones are also due. */
const SHARE: Record<Lane, number> = { asked: 1, due: 0.75, slow: 0.25 };

interface RunningCheck {
  readonly job: CheckJob;
  readonly lane: Lane;
  readonly ended: Promise<void>;
}

export interface CheckQueueNeeds {
  readonly clock: Clock;
  readonly timer: Timer;
  /** How many checks are under way at once, at most. */
  readonly maxInFlight: number;
  /** Does the check. It must call `job.begin()` before its first question, and heed `job.signal`. */
  readonly run: (job: CheckJob) => Promise<DomainRow | undefined>;
  /** There is room again for checks that are due. */
  readonly onRoom: () => void;
}

/**
 * Runs checks side by side, one a domain at a time. Those that somebody asked for go first and always find room;
 * those of slow domains use only a part of it, so that they hold up no other.
 */
export class CheckQueue {
  readonly #needs: CheckQueueNeeds;
  /** In the order of precedence. */
  readonly #lanes: Record<Lane, Set<CheckJob>> = { asked: new Set(), due: new Set(), slow: new Set() };
  /** By domain, as all of these. */
  readonly #waiting = new Map<number, CheckJob>();
  readonly #running = new Map<number, RunningCheck>();
  readonly #slow = new Set<number>();
  #closed = false;

  constructor(needs: CheckQueueNeeds) {
    this.#needs = needs;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many due checks may be added: no more than would start at once, but for slow ones among them. */
  get room(): number {
    if (this.#closed || this.#lanes.slow.size >= MAX_SLOW_WAITING) return 0;
    return Math.max(0, this.#limitOf('due') - this.#runningIn('due', 'slow') - this.#lanes.due.size);
  }

  /**
   * A check whose questions are all asked from now on, shared with everybody who asks before its first one.
   * Undefined where the domain is gone by then. Rejects with `unavailable` under overload and at shutdown.
   */
  ask(target: DueCheck, actor: Actor): Promise<DomainRow | undefined> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const now = this.#needs.clock().getTime();
    const job = this.#joinable(target) ?? this.#enqueue(target, 'asked');
    job.join(actor);
    job.endBy(now + ANSWER_WITHIN, now);
    this.#hurry(job, now);
    this.#startWhatFits();
    return job.outcome;
  }

  /** A check that is due. Nothing is added where one of the same domain waits already. */
  add(target: DueCheck): void {
    if (this.#closed || this.#joinable(target) !== undefined) return;
    this.#enqueue(target, this.#slow.has(target.id) ? 'slow' : 'due');
    this.#startWhatFits();
  }

  /** Cancels what is under way; who waits is refused. Resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.values()) job.fail(shuttingDown());
    this.#waiting.clear();
    for (const lane of Object.values(this.#lanes)) lane.clear();
    const running = [...this.#running.values()];
    for (const { job } of running) job.fail(shuttingDown());
    await Promise.all(running.map(({ ended }) => ended));
  }

  #joinable({ id }: DueCheck): CheckJob | undefined {
    const running = this.#running.get(id)?.job;
    return this.#waiting.get(id) ?? (running?.canBeJoined ? running : undefined);
  }

  #enqueue(target: DueCheck, lane: Lane): CheckJob {
    const job = new CheckJob(target, this.#needs.timer);
    this.#waiting.set(target.id, job);
    this.#lanes[lane].add(job);
    return job;
  }

  /** Somebody waits for it: it goes before those that are merely due, and what runs before it gets less time. */
  #hurry(job: CheckJob, now: number): void {
    if (this.#waiting.get(job.target.id) !== job) return;
    this.#lanes.due.delete(job);
    this.#lanes.slow.delete(job);
    this.#lanes.asked.add(job);
    this.#running.get(job.target.id)?.job.endBy(now + LEFT_FOR_THE_NEXT, now);
    this.#needs.timer(LATEST_START, () => {
      if (this.#remove(job)) job.fail(overloaded());
    });
  }

  /** False: it does not wait (any more). */
  #remove(job: CheckJob): boolean {
    if (this.#waiting.get(job.target.id) !== job) return false;
    for (const lane of Object.values(this.#lanes)) lane.delete(job);
    return this.#waiting.delete(job.target.id);
  }

  #startWhatFits(): void {
    for (const lane of ['asked', 'due', 'slow'] as const) {
      for (const job of this.#lanes[lane]) {
        if (!this.#hasRoom(lane)) break;
        if (!this.#running.has(job.target.id)) this.#start(job, lane);
      }
    }
  }

  #start(job: CheckJob, lane: Lane): void {
    this.#remove(job);
    const started = this.#needs.clock().getTime();
    job.endBy(started + ANSWER_WITHIN, started);
    this.#running.set(job.target.id, { job, lane, ended: this.#run(job, started) });
  }

  async #run(job: CheckJob, started: number): Promise<void> {
    try {
      job.settle(await this.#needs.run(job));
    } catch (error) {
      job.fail(error);
    }
    this.#running.delete(job.target.id);
    this.#noteSpeed(job, this.#needs.clock().getTime() - started);
    if (this.#closed) return;
    this.#startWhatFits();
    if (this.room > 0) this.#needs.onRoom();
  }

  #noteSpeed({ target }: CheckJob, ms: number): void {
    if (ms > SLOW) this.#slow.add(target.id);
    else this.#slow.delete(target.id);
  }

  #hasRoom(lane: Lane): boolean {
    const limit = this.#limitOf(lane);
    switch (lane) {
      case 'asked':
        return this.#running.size < limit;
      case 'due':
        return this.#running.size < this.#limitOf('asked') && this.#runningIn('due', 'slow') < limit;
      case 'slow':
        return this.#hasRoom('due') && this.#runningIn('slow') < limit;
    }
  }

  #limitOf(lane: Lane): number {
    return Math.ceil(this.#needs.maxInFlight * SHARE[lane]);
  }

  #runningIn(...lanes: Lane[]): number {
    return [...this.#running.values()].filter(({ lane }) => lanes.includes(lane)).length;
  }
}

function shuttingDown(): LetterheadError {
  return new LetterheadError('unavailable', 'Letterhead is shutting down. Try again in a few seconds.', {
    retryAfter: RETRY_AFTER_SECONDS,
  });
}

function overloaded(): LetterheadError {
  return new LetterheadError('unavailable', 'Too many checks are under way. Try again in a few seconds.', {
    retryAfter: RETRY_AFTER_SECONDS,
  });
}
