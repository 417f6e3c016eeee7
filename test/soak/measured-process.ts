import { Child } from '../child-process.ts';
import type { StretchFigures } from '../hostile/stretch-meter.ts';

/** What a process holds, in bytes, after the garbage is gone. */
export interface Memory {
  /** Of the machine's memory. */
  readonly rss: number;
  /** By JavaScript: its heap, and what hangs on it. */
  readonly held: number;
}

/** What the process is asked; an object: to write a snapshot of its heap into this file. */
export type MeasuredQuestion = 'memory' | 'measure stretches' | 'stretches' | { readonly snapshot: string };

/** A server in a process of its own, which can be asked what it costs. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly url: string;
  memory(): Promise<Memory>;
  /** Writes V8's `.heapsnapshot`, with all that the process knows in it, to this path. */
  writeHeapSnapshot(path: string): Promise<void>;
  /** Begins to measure for how long the main thread is taken at a stretch, or begins anew. */
  measureStretches(): Promise<void>;
  /** What was measured since; the measuring ends. */
  stretches(): Promise<StretchFigures>;
}

/** Starts the server with these settings; rejects with what it has said where it does not come up. */
export async function startMeasured(environment: Record<string, string>): Promise<MeasuredProcess> {
  const child = await Child.start<{ url: string }>(new URL('./measured-server.ts', import.meta.url), {
    environment: { PORT: '0', ...environment },
    // As the command line runs: letterhead.js says why.
    nodeOptions: ['--expose-gc', '--max-semi-space-size=8'],
  });
  const ask = <Answer>(question: MeasuredQuestion) => child.ask<Answer>(question);
  return {
    url: child.ready.url,
    memory: () => ask<Memory>('memory'),
    writeHeapSnapshot: (path) => ask<void>({ snapshot: path }),
    measureStretches: () => ask<void>('measure stretches'),
    stretches: () => ask<StretchFigures>('stretches'),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
