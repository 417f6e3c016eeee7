import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/letterhead/compiled', import.meta.url));
const SCRIPT = fileURLToPath(new URL('./killable-server.ts', import.meta.url));

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** SIGKILL: nothing is finished, nothing is flushed. */
  kill(): Promise<void>;
}

/** Starts a server with these settings; rejects with what it has said where it doesn't come up. */
export async function startProcess(settings: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = fork(SCRIPT, {
    execArgv: ['--conditions=letterhead-source', '--disable-warning=ExperimentalWarning'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      DNS_SERVERS: '127.0.0.1:9',
      // Halves the time of a start.
      NODE_COMPILE_CACHE: COMPILED,
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  return { url: await urlOf(child, said), kill: () => kill(child) };
}

async function urlOf(child: ChildProcess, said: readonly string[]): Promise<string> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code} before it listened: ${said.join('')}`);
  });
  const [url] = await Promise.race([once(child, 'message'), died]);
  // It was only waited for: from now on it is killed on purpose.
  died.catch(() => {});
  return String(url);
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
