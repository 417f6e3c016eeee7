import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Question, Questions, Told } from './contender-messages.ts';

/** Milliseconds that a contender may take to stop before it is killed. */
const STOP_WITHIN = 10_000;

export interface ContenderOptions {
  /** Below `bench/`. */
  readonly script: string;
  /** What the script gets from `contenderOptions`. */
  readonly options: object;
  /** Where its standard error goes; the benchmark's own by default. */
  readonly stderr?: number;
}

/** Starts a contender in a process of its own, so that what it costs can be told from the rest. */
export async function startContender({ script, options, stderr }: ContenderOptions): Promise<Contender> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', stderr ?? 'inherit', 'ipc'],
  });
  const contender = new Contender(child, script);
  await contender.ready();
  return contender;
}

/** A process that something is measured in. Disposing of it ends the process. */
export class Contender implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ready = Promise.withResolvers<void>();
  #asked = 0;
  #url: string | null = null;

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    child.on('message', (told: Told) => this.#hear(told));
    child.once('exit', (code, signal) => this.#fail(new Error(`${name} ended with ${signal ?? code}.`)));
  }

  /** Where it answers over HTTP. */
  get url(): string {
    if (this.#url === null) throw new Error('This contender does not answer over HTTP.');
    return this.#url;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  async ask<Q extends Question>(question: Q, asked: Questions[Q]['asked']): Promise<Questions[Q]['answer']> {
    this.#asked += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#asked, waiting);
    this.#child.send({ id: this.#asked, question, asked });
    // The other end is typed by the same table, in contender-process.ts.
    return (await waiting.promise) as Questions[Q]['answer'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const tooLate = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN);
    this.#child.disconnect();
    await ended;
    clearTimeout(tooLate);
  }

  #hear(told: Told): void {
    if (told.kind === 'ready') {
      this.#url = told.url;
      this.#ready.resolve();
      return;
    }
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.kind === 'answer') waiting?.resolve(told.answer);
    else waiting?.reject(new Error(told.message));
  }

  #fail(error: Error): void {
    this.#ready.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
