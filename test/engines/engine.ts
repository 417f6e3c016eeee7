import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A DNS server's process. Disposing of it ends it; it ends with the test's process, too, however that ends. */
export class Engine implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #said: string[] = [];

  constructor(program: string, args: readonly string[]) {
    const withParent = ['--pdeathsig', 'TERM', pathOf(program), ...args];
    this.#child = spawn('setpriv', withParent, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#said.push(chunk.toString()));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until a condition holds; tells what the process has said if it ends first, or if that takes too long. */
  async until(what: string, holds: () => Promise<boolean>, again: () => unknown = () => {}): Promise<void> {
    for (let poll = 1; !(await holds()); poll++) {
      if (this.#hasEnded || poll === MAX_POLLS)
        throw new Error(`${what} in vain (${this.#state}): ${this.#said.join('').slice(-2000)}`);
      await setTimeout(POLL_INTERVAL);
      if (poll % POLLS_AGAIN === 0) await again();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get #state(): string {
    return this.#hasEnded ? `it ended with ${this.#child.signalCode ?? this.#child.exitCode}` : 'it runs';
  }
}

const POLL_INTERVAL = 20;
const MAX_POLLS = 500;
/** A signal that comes while an engine still follows the last one may be lost. */
const POLLS_AGAIN = 25;
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];

/** Where a program is; its name if it is not installed. */
export function pathOf(program: string): string {
  return FOLDERS.map((folder) => `${folder}/${program}`).find(isExecutable) ?? program;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function isInstalled(program: string): boolean {
  return isExecutable(pathOf(program));
}

/** Runs a program that comes with an engine to its end, and returns what it prints. */
export async function run(program: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(pathOf(program), args)).stdout;
}

/** The TXT records that a server answers with, by Node's own resolver; undefined where it does not. */
export function askForTxt(address: string, name: string): Promise<string[][] | undefined> {
  return resolverAt(address, { timeout: 1000, tries: 3 })
    .resolveTxt(name)
    .catch(() => undefined);
}

/** The serial of a zone that a server answers with; else Node's code of its failure, such as EREFUSED. */
export function serialAt(address: string, zone: string): Promise<number | string> {
  return resolverAt(address)
    .resolveSoa(zone)
    .then(({ serial }) => serial, codeOf);
}

function resolverAt(address: string, patience = { timeout: 250, tries: 1 }): Resolver {
  const resolver = new Resolver(patience);
  resolver.setServers([address]);
  return resolver;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
