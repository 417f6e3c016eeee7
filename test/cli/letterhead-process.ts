import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const BINARIES = join(CHECKOUT, 'node_modules', '.bin');

/** The installed command, as a shell finds it. */
export const LETTERHEAD = join(BINARIES, 'letterhead');

/** Folder that `npx` puts first on the path, so that the checkout's Node is found. */
export const SEARCH_PATH = `${BINARIES}${delimiter}${process.env['PATH']}`;

export interface CommandOutcome {
  /** Null if a signal ended it. */
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** A working directory with its own data folder, in which commands run as in a shell. */
export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  readonly dataDir: string;
  /** Runs a command with these settings only. */
  run(argv: readonly string[], environment?: Environment): Promise<CommandOutcome>;
  /** Starts `serve`, or these arguments of `command`, on a free port, and resolves once it listens. */
  serve(environment?: Environment, command?: string, argv?: readonly string[]): Promise<ServingProcess>;
  /** Starts a command and returns its process; `command` in place of `letterhead`. */
  start(argv: readonly string[], environment?: Environment, command?: string): ChildProcessWithoutNullStreams;
}

export type Environment = Record<string, string>;

export interface ServingProcess {
  readonly url: string;
  readonly pid: number;
  /** Standard output so far. */
  readonly output: { out: string; err: string };
  /** Resolves to the output of the first start. */
  greeting(): Promise<string>;
  /** Lines of the log so far. */
  log(): Record<string, unknown>[];
  /** Stops reading the log, as when the program that it is piped to ends. */
  closeLog(): void;
  /** Sends the signal and resolves to the exit. */
  stop(signal?: NodeJS.Signals): Promise<CommandOutcome>;
}

/** Processes that still run at the end are killed. */
export async function makeWorkplace(
  settings: Environment = {},
  letterhead: string = LETTERHEAD,
): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-cli-'));
  const dataDir = join(folder, 'data');
  const processes: ChildProcessWithoutNullStreams[] = [];
  const start: Workplace['start'] = (argv, environment, command = letterhead) => {
    const child = spawn(command, [...argv], {
      cwd: folder,
      env: { PATH: SEARCH_PATH, HOME: folder, DATA_DIR: dataDir, ...settings, ...environment },
    });
    processes.push(child);
    return child;
  };
  return {
    folder,
    dataDir,
    start,
    run(argv, environment) {
      const child = start(argv, environment);
      child.stdin.end();
      return outcomeOf(child, collect(child));
    },
    serve: (environment, command, argv = ['serve']) =>
      serving(start(argv, { PORT: '0', ...environment }, command)),
    async [Symbol.asyncDispose]() {
      for (const child of processes) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serving(child: ChildProcessWithoutNullStreams): Promise<ServingProcess> {
  const output = collect(child);
  const ended = outcomeOf(child, output);
  const url = await Promise.race([
    listeningUrl(child, output),
    ended.then(({ err }) => Promise.reject(new Error(`serve did not listen: ${err}`))),
  ]);
  return {
    url,
    pid: child.pid ?? 0,
    output,
    greeting: () => printed(child.stdout, () => (output.out.endsWith('\n\n') ? output.out : undefined)),
    log: () => output.err.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
    closeLog: () => void child.stderr.destroy(),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** The log says where it listens. */
function listeningUrl(
  child: ChildProcessWithoutNullStreams,
  output: { readonly err: string },
): Promise<string> {
  return printed(child.stderr, () => {
    const line = output.err.split('\n').find((one) => one.includes('"Letterhead listens"'));
    return line === undefined ? undefined : JSON.parse(line).url;
  });
}

/** Resolves as soon as `find` succeeds on the output. */
function printed<T>(stream: Readable, find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    stream.on('data', look);
    look();
  });
}

function collect(child: ChildProcessWithoutNullStreams): { out: string; err: string } {
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  return output;
}

async function outcomeOf(
  child: ChildProcessWithoutNullStreams,
  output: { out: string; err: string },
): Promise<CommandOutcome> {
  const [exit] = await once(child, 'close');
  return { exit, ...output };
}
