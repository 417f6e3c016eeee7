import { Child } from '../child-process.ts';
import type { StretchFigures } from '../hostile/stretch-meter.ts';

/** Memory of a process in bytes, after garbage collection. */
export interface Memory {
  /** Resident set size. */
  readonly rss: number;
  /** The JavaScript heap and external memory. */
  readonly held: number;
}

/** Questions to the process; an object asks for a heap snapshot in this file. */
export type MeasuredQuestion = 'memory' | 'measure stretches' | 'stretches' | { readonly snapshot: string };

/** A server in a separate process, whose memory and CPU time can be measured. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly url: string;
  memory(): Promise<Memory>;
  /** Writes V8's `.heapsnapshot` to this path; it contains all data of the process. */
  writeHeapSnapshot(path: string): Promise<void>;
  /** Starts to measure how long tasks block the main thread, or restarts. */
  measureStretches(): Promise<void>;
  /** Stops measuring and resolves to the results. */
  stretches(): Promise<StretchFigures>;
}

/** Starts the server with these settings; rejects with its output if it does not start. */
export async function startMeasured(environment: Record<string, string>): Promise<MeasuredProcess> {
  const child = await Child.start<{ url: string }>(new URL('./measured-server.ts', import.meta.url), {
    environment: { PORT: '0', ...environment },
    // The same options as in letterhead.js.
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
