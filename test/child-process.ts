import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** Handed to the script as JSON: the last of its arguments. */
  readonly options?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs Node, such as `unshare`, with its arguments. */
  readonly wrapper?: readonly string[];
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
}

/**
 * A script in a process of its own. It sends a message once it is ready, and one for each that it is sent. Disposing
 * of it kills it.
 */
export class Child<Ready> implements AsyncDisposable {
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #said: readonly string[];

  private constructor(child: ChildProcess, said: readonly string[], ready: Ready) {
    this.#child = child;
    this.#said = said;
    this.ready = ready;
  }

  /** Rejects with what the script has written to standard error where it ends instead. */
  static async start<Ready>(
    script: URL,
    { options, environment = {}, wrapper = [], nodeOptions = [] }: ChildOptions,
  ): Promise<Child<Ready>> {
    const [execPath, ...before] = [...wrapper, process.execPath];
    const child = fork(fileURLToPath(script), options === undefined ? [] : [JSON.stringify(options)], {
      execPath,
      execArgv: [
        ...before,
        '--conditions=letterhead-source',
        '--disable-warning=ExperimentalWarning',
        ...nodeOptions,
      ],
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    return new Child(child, said, await messageFrom<Ready>(child, said));
  }

  /** Asks one question at a time. */
  ask<Answer>(question: unknown): Promise<Answer> {
    const answer = messageFrom<Answer>(this.#child, this.#said);
    this.#child.send(JSON.stringify(question));
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** Resolves to the next message of the process; rejects if it exits. */
async function messageFrom<T>(child: ChildProcess, said: readonly string[]): Promise<T> {
  const over = new AbortController();
  const died = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`The process ended with ${code}: ${said.join('')}`);
  });
  try {
    const [told] = await Promise.race([once(child, 'message', { signal: over.signal }), died]);
    return told;
  } finally {
    died.catch(() => {});
    over.abort();
  }
}

/** In the script: its options. */
export function childOptions<Options>(): Options {
  // Caller and script name the same type.
  return JSON.parse(process.argv.at(-1) ?? 'null') as Options;
}

/** In the script: reports that it is ready, answers questions, and exits with its parent. */
export function serveParent<Question>(ready: unknown, answer: (question: Question) => unknown): void {
  process.on('message', async (question: string) => process.send?.(await answer(JSON.parse(question))));
  process.on('disconnect', () => process.exit());
  process.send?.(ready);
}
