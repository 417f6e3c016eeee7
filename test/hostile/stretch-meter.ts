import { AsyncResource, createHook, executionAsyncResource } from 'node:async_hooks';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CodeProfile } from './code-profile.ts';

/** A task of the main thread: one callback, with all microtasks and ticks that follow it before the next. */
export interface Stretch {
  /** Milliseconds of the main thread's CPU time, without waiting for a core. */
  readonly ms: number;
  /** Type of the callback's resource, such as `Timeout`, `HTTPINCOMINGMESSAGE` or `UDP`. */
  readonly resource: string;
  /** The functions that took most of it, with their shares; see `CodeProfile`. */
  readonly code: readonly string[];
}

/** In milliseconds. */
export interface StretchFigures {
  /** In descending order of length. */
  readonly longest: readonly Stretch[];
  /** Delay of timers in wall time, including everything else that the machine did. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

interface Task {
  readonly ms: number;
  readonly resource: string;
  /** Of `performance.now`. */
  readonly from: number;
  readonly to: number;
}

const KEPT = 5;

/**
 * Measures how long the main thread is taken at a stretch. A task begins with an asynchronous callback that is not
 * nested in another and is neither a tick nor a microtask: those belong to the task before. Waiting for something to
 * do costs no CPU time, so what was used between two beginnings is the first task's.
 */
export class StretchMeter {
  #depth = 0;
  /** Of the task that runs. */
  #used = 0;
  #from = 0;
  #resource = '';
  #longest: Task[] = [];
  #profile: CodeProfile | null = null;
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });

  /** Costs a few microseconds per callback until the process exits: about 15 of the 55 of a GET. */
  static enabled(): StretchMeter {
    const meter = new StretchMeter();
    createHook({
      trackPromises: false,
      before: () => {
        meter.#depth += 1;
        if (meter.#depth === 1) meter.#onCallback(executionAsyncResource());
      },
      after: () => {
        // It may have been enabled within a callback, whose beginning it has not seen.
        meter.#depth = Math.max(0, meter.#depth - 1);
      },
    }).enable();
    meter.reset();
    return meter;
  }

  /** Forgets what was measured. */
  reset(): void {
    this.#profile?.stop();
    this.#profile = CodeProfile.start();
    this.#delay.enable();
    this.#delay.reset();
    this.#begin('reset', usedByThread(), performance.now());
    this.#longest = [];
  }

  /** Measurements since the last reset. */
  figures(): StretchFigures {
    const [p50, p99, max] = [50, 99, 100].map((percent) => this.#delay.percentile(percent) / 1e6);
    const tasks = this.#longest;
    const codeOf = this.#profile?.stop();
    this.#profile = null;
    return {
      longest: tasks.map(({ ms, resource, from, to }) => ({ ms, resource, code: codeOf?.(from, to) ?? [] })),
      delay: { p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0 },
    };
  }

  #onCallback(resource: object): void {
    // Ticks are plain objects. What is made of AsyncResource is called by JavaScript: outside of a callback, by a microtask.
    if (resource.constructor === Object || resource instanceof AsyncResource) return;
    const now = performance.now();
    const used = usedByThread();
    this.#keep(used, now);
    this.#begin(resource.constructor.name, used, now);
  }

  #begin(resource: string, used: number, now: number): void {
    this.#resource = resource;
    this.#used = used;
    this.#from = now;
  }

  /** Keeps the task that ends now, if it is one of the longest. */
  #keep(used: number, to: number): void {
    // The kernel counts CPU time in ticks of up to 4 ms, by which it can be more than the time that has passed.
    const ms = Math.min((used - this.#used) / 1000, to - this.#from);
    const shortest = this.#longest.at(KEPT - 1)?.ms ?? 0;
    if (ms <= shortest) return;
    const task = { ms, resource: this.#resource, from: this.#from, to };
    this.#longest = [...this.#longest, task].sort((a, b) => b.ms - a.ms).slice(0, KEPT);
  }
}

/** Microseconds of CPU time. */
function usedByThread(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
