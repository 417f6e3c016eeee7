import { Child } from '../child-process.ts';
import type { StretchFigures } from '../hostile/stretch-meter.ts';
import type { MeasuredQuestion } from './measured-server.ts';

/** What a process holds, in bytes, after the garbage is gone. */
export interface Memory {
  /** Of the machine's memory. */
  readonly rss: number;
  /** By JavaScript: its heap, and what hangs on it. */
  readonly held: number;
}

/** A server in a process of its own, which can be asked what it costs. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly url: string;
  memory(): Promise<Memory>;
  /** Begins to measure for how long the main thread is taken at a stretch, or begins anew. */
  measureStretches(): Promise<void>;
  /** What was measured since; the measuring ends. */
  stretches(): Promise<StretchFigures>;
}

/** Starts the server with these settings; rejects with what it has said where it does not come up. */
export async function startMeasured(environment: Record<string, string>): Promise<MeasuredProcess> {
  const child = await Child.start<{ url: string }>(new URL('./measured-server.ts', import.meta.url), {
    environment: { PORT: '0', ...environment },
    nodeOptions: ['--expose-gc'],
  });
  const ask = <Answer>(question: MeasuredQuestion) => child.ask<Answer>(question);
  return {
    url: child.ready.url,
    memory: () => ask<Memory>('memory'),
    measureStretches: () => ask<void>('measure stretches'),
    stretches: () => ask<StretchFigures>('stretches'),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
