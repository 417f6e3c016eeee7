import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HttpClient } from './http-client.ts';

const INSTALLED_COMMANDS = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));

/** Milliseconds. */
const GIVE_UP_AFTER = 120_000;
const ASK_EVERY = 5;

export interface ProgramOptions {
  /** A command that is installed, or a path. */
  readonly command: string;
  readonly words: readonly string[];
  /** Elsewhere than in the checkout, where an `.env` could change what is measured. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A program that is run as a person runs it. Disposing of it ends it. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #started = performance.now();

  constructor({ command, words, folder, environment }: ProgramOptions) {
    const PATH = [INSTALLED_COMMANDS, process.env['PATH']].join(delimiter);
    this.#child = spawn(command, words, { cwd: folder, env: { ...environment, PATH }, stdio: 'ignore' });
  }

  /** Asks every few milliseconds; resolves to the milliseconds from the start to the first answer that is 2xx. */
  async firstAnswer(url: string, path: string, token: string | null): Promise<number> {
    for (;;) {
      using client = new HttpClient(url, token);
      try {
        await client.get(path);
        return performance.now() - this.#started;
      } catch (error) {
        if (this.#child.exitCode !== null) throw new Error(`It ended with ${this.#child.exitCode}.`);
        if (performance.now() - this.#started > GIVE_UP_AFTER) throw error;
      }
      await sleep(ASK_EVERY);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
