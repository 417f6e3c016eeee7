import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Method, Methods, Response } from './messages.ts';

/** Milliseconds that a process may take to stop before it is killed. */
const STOP_WITHIN = 10_000;

export interface ProcessOptions {
  /** Below `bench/`. */
  readonly script: string;
  /** What the script gets from `childOptions`. */
  readonly options: object;
  /** Where its standard error goes; the benchmark's own by default. */
  readonly stderr?: number;
}

/** Starts a script in its own process, so that its CPU time and memory are measured apart. */
export async function startProcess({ script, options, stderr }: ProcessOptions): Promise<MeasuredProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', stderr ?? 'inherit', 'ipc'],
  });
  const started = new MeasuredProcess(child, script);
  await started.ready();
  return started;
}

/** A process that something is measured in. Disposing of it ends the process. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ready = Promise.withResolvers<void>();
  #lastId = 0;
  #url: string | null = null;

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    child.on('message', (response: Response) => this.#receive(response));
    child.once('exit', (code, signal) => this.#fail(new Error(`${name} ended with ${signal ?? code}.`)));
  }

  /** Where it answers over HTTP. */
  get url(): string {
    if (this.#url === null) throw new Error('This process does not answer over HTTP.');
    return this.#url;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  async call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    this.#lastId += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#lastId, waiting);
    this.#child.send({ id: this.#lastId, method, params });
    // The other end is typed by the same table, in child.ts.
    return (await waiting.promise) as Methods[M]['result'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const tooLate = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN);
    this.#child.disconnect();
    await ended;
    clearTimeout(tooLate);
  }

  #receive(response: Response): void {
    if (response.kind === 'ready') {
      this.#url = response.url;
      this.#ready.resolve();
      return;
    }
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (response.kind === 'answer') waiting?.resolve(response.result);
    else waiting?.reject(new Error(response.message));
  }

  #fail(error: Error): void {
    this.#ready.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
