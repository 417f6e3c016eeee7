import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./measured-server.ts', import.meta.url));

/** What a process holds, in bytes, after the garbage is gone. */
export interface Memory {
  /** Of the machine's memory. */
  readonly rss: number;
  /** By JavaScript: its heap, and what hangs on it. */
  readonly held: number;
}

/** What is asked of the process: how much memory it holds, or a snapshot of its heap in this file. */
export type MeasuredRequest = { readonly memory: true } | { readonly snapshot: string };

/** A server in a process of its own, whose memory can be asked for. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly url: string;
  memory(): Promise<Memory>;
  /** Writes V8's `.heapsnapshot`, with all that the process knows in it, to this path. */
  writeHeapSnapshot(path: string): Promise<void>;
}

/** Starts the server with these settings; rejects with what it has said where it does not come up. */
export async function startMeasured(environment: Record<string, string>): Promise<MeasuredProcess> {
  const child = fork(SCRIPT, {
    execArgv: ['--expose-gc', '--conditions=letterhead-source', '--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env['PATH'], PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ask = (request: MeasuredRequest) => child.send(request);
  const { url } = await answerOf<{ url: string }>(child, said);
  return {
    url,
    memory() {
      ask({ memory: true });
      return answerOf<Memory>(child, said);
    },
    async writeHeapSnapshot(path) {
      ask({ snapshot: path });
      await answerOf(child, said);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The next thing that the process tells; rejects where it ends instead. */
async function answerOf<T>(child: ChildProcess, said: readonly string[]): Promise<T> {
  const over = new AbortController();
  const died = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`The server ended with ${code}: ${said.join('')}`);
  });
  try {
    const [told] = await Promise.race([once(child, 'message', { signal: over.signal }), died]);
    return told;
  } finally {
    died.catch(() => {});
    over.abort();
  }
}
