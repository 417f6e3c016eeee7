import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector';

const ROOT = new URL('../..', import.meta.url).href;
const MODULES = '/node_modules/';
/** Microseconds. */
const SAMPLE_EVERY = 2_000;
const NAMED = 5;
/** Names of idle time in the profile. */
const IDLE = '(idle)';

/** The functions that took most of the time between two points of `performance.now`, with their shares. */
export type CodeOf = (from: number, to: number) => string[];

/** Samples the main thread's stack, to find out afterwards what took long. */
export class CodeProfile {
  readonly #session = new Session();

  private constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY });
    this.#session.post('Profiler.start');
  }

  static start(): CodeProfile {
    return new CodeProfile();
  }

  stop(): CodeOf {
    let stopped: Profiler.Profile | undefined;
    // In the same thread, the callback is called synchronously.
    this.#session.post('Profiler.stop', (_error, answer) => {
      stopped = answer?.profile;
    });
    this.#session.disconnect();
    return stopped === undefined ? () => [] : codeOf(stopped);
  }
}

function codeOf({ nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile): CodeOf {
  const names = namesOf(nodes);
  // The profile's clock, in microseconds, is the one that hrtime reads.
  const offset = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;
  return (from, to) => {
    const counts = new Map<string, number>();
    let time = startTime - offset;
    for (const [index, delta] of timeDeltas.entries()) {
      time += delta;
      if (time < from * 1000 || time > to * 1000) continue;
      const name = names.get(samples[index] ?? 0) ?? IDLE;
      if (name !== IDLE) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return shares(counts);
  };
}

/**
 * What each node is counted to: the innermost function on its stack that is the project's own; where there is none, the
 * module that it lies in, or was called from.
 */
function namesOf(nodes: readonly Profiler.ProfileNode[]): Map<number, string> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const names = new Map<number, string>();
  const own = new Map<number, string>();
  const modules = new Map<number, string>();
  // Parents precede their children.
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const parent = parents.get(id) ?? 0;
    if (url.startsWith(ROOT) && !url.includes(MODULES))
      own.set(id, `${functionName || '(anonymous)'} ${url.slice(ROOT.length)}:${lineNumber + 1}`);
    const inherited = own.get(id) ?? own.get(parent);
    if (inherited !== undefined) own.set(id, inherited);
    const module = moduleOf(url) || modules.get(parent) || '';
    modules.set(id, module);
    names.set(id, inherited ?? (module || functionName));
  }
  return names;
}

/** `@trpc/server`, `node:internal/streams/writable`; empty for what V8 brings. */
function moduleOf(url: string): string {
  const [, inModules] = url.split(MODULES);
  if (inModules === undefined) return url;
  return inModules
    .split('/')
    .slice(0, inModules.startsWith('@') ? 2 : 1)
    .join('/');
}

function shares(counts: ReadonlyMap<string, number>): string[] {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, NAMED);
  return most.map(([name, count]) => `${name} ${Math.round((100 * count) / all)} %`);
}
