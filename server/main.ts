import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LetterheadError } from '@letterhead/shared';
import type { Logger } from 'pino';
import type { CommandLineDeps } from './cli/command-context.ts';
import { runCommandLine } from './cli/command-line.ts';
import type { Connection, ConnectOptions } from './cli/connection.ts';
import type { ExitCode } from './cli/exit-code.ts';
import { EXIT, UsageError } from './cli/exit-code.ts';
import type { Terminal } from './cli/output.ts';
import { print } from './cli/output.ts';
import { startupMessage } from './cli/startup-message.ts';
import { openTerminal } from './cli/terminal.ts';
import { describeFileError } from './errno.ts';
import type { Installation, InstallationDeps } from './installation.ts';
import type { Clock } from './instant.ts';
import packageJson from './package.json' with { type: 'json' };
import type { RunningServer } from './running-server.ts';
import { parseSettings } from './settings.ts';
import { StoreInUseError } from './store/store-in-use.ts';

/** Milliseconds for a start to finish after a stop signal; otherwise its first token would be lost. */
const START_GRACE = 3000;

/** SIGHUP is that of a terminal that was closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Milliseconds in which a second stop signal is taken for the first: on Ctrl-C, the terminal and npm send one each. */
const SIGNAL_REPEATS = 1000;

/** Milliseconds between a start and the first of what is loaded after it, and from one to the next. */
const LOAD_EVERY = 200;

const clock: Clock = () => new Date();

/** Runs one command line in this process and resolves to its exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const terminal = openTerminal(process);
  try {
    if (existsSync('.env')) {
      // Unlike loadEnvFile, says why a file cannot be read.
      readFileSync('.env');
      process.loadEnvFile('.env');
    }
  } catch (error) {
    terminal.err.write(`letterhead: The file .env cannot be read: ${describeFileError(error)}.\n`);
    return EXIT.usage;
  }
  return runCommand(argv, { environment: process.env, terminal });
}

/** Environment and terminal of a command: the process's, or a test's own. */
export interface CommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Waits; a test's own does not. */
  readonly pause?: CommandLineDeps['pause'] | undefined;
}

/**
 * Runs one command line and resolves to its exit code. A server stops on the signals of the process. The server and the
 * store are loaded only by what needs them, so that help and usage errors are shown at once.
 */
export function runCommand(argv: readonly string[], deps: CommandDeps): Promise<ExitCode> {
  return runCommandLine(argv, {
    terminal: deps.terminal,
    version: packageJson.version,
    clock,
    pause: deps.pause ?? ((ms, signal) => setTimeout(ms, undefined, signal && { signal })),
    connect: (options) => connect(deps, options),
    serve: () => serve(deps),
    copyStore: async (target, onAccount) => {
      const { copyBetween } = await import('./store/open.ts');
      return copyBetween(target, await storeDeps(deps), onAccount);
    },
    migrate: async () => {
      const { migrateDatabase } = await import('./store/open.ts');
      await migrateDatabase(await storeDeps(deps));
    },
    openFolder: async () => (await import('./store/open.ts')).storeTools(parseSettings(deps.environment)),
  });
}

/** What a store is opened with for a command. */
async function storeDeps({ environment, terminal }: CommandDeps) {
  const settings = parseSettings(environment);
  const { createLog } = await import('./log.ts');
  return { settings, clock, log: await createLog('warn', terminal.err) };
}

async function serve({ environment, terminal }: CommandDeps): Promise<ExitCode> {
  const settings = parseSettings(environment);
  const { createLog } = await import('./log.ts');
  const { KeyPool } = await import('./keys/key-pool.ts');
  const { startServer } = await import('./running-server.ts');
  const log = await createLog(settings.LOG_LEVEL, terminal.err);
  const keys = new KeyPool({
    onWorkerDeath: (error) => log.error({ err: error }, 'Key worker died; starting another'),
  });
  const stopped = nextStopSignal();
  const server = await unlessStopped(startServer({ settings, log, keys, clock }), stopped);
  if (server === null) {
    const signal = await stopped;
    log.warn({ signal }, 'Stopped before startup finished');
    // `process.exit` would wait for the same disk as the start. A start can be killed at any point without damage.
    process.kill(process.pid, signal);
    return EXIT.refused;
  }
  const place =
    settings.DATABASE_URL === null ? { data_dir: resolve(settings.DATA_DIR) } : { database: true };
  log.info({ url: server.url, ...place }, 'Letterhead listens');
  keys.fill();
  await welcome(server, settings.PUBLIC_URL ?? server.url, { terminal, log });
  void loadTheRest(log);
  const signal = await stopped;
  log.info({ signal }, 'Stopping');
  await server.stop();
  log.info('Stopped');
  return EXIT.done;
}

/**
 * Loads, piece by piece, what the start did without. Once it is needed there may be no file left to open, and Node does
 * not try again to load what failed.
 */
async function loadTheRest(log: Logger): Promise<void> {
  const parts = [
    () => import('./prometheus.ts'),
    () => import('./webhooks/public-lookup.ts'),
    () => import('@trpc/server/adapters/node-http'),
    () => import('./rest/openapi.ts'),
    () => import('./http/reference/api-document.ts'),
    () => import('./http/reference/page.ts'),
    () => import('./store/json/archive.ts'),
  ];
  try {
    for (const load of parts) {
      await setTimeout(LOAD_EVERY, null, { ref: false });
      await load();
    }
    log.debug('Loaded what the start did without');
  } catch (error) {
    log.error({ err: error }, 'A part could not be loaded: restart Letterhead once that is mended');
  }
}

/** Prints the startup message. It holds the only copy of the first token, so a failure logs how to create another. */
async function welcome(
  { url, firstStart }: RunningServer,
  consoleUrl: string,
  { terminal, log }: { terminal: Terminal; log: Logger },
): Promise<void> {
  try {
    await print(terminal.out, startupMessage(url, consoleUrl, firstStart));
  } catch (error) {
    if (firstStart === null) return;
    log.error(
      { err: error },
      'The first token could not be printed: `letterhead token create` creates another',
    );
  }
}

/** Resolves to null if the start has not finished soon after a signal. */
async function unlessStopped<T>(start: Promise<T>, stopped: Promise<NodeJS.Signals>): Promise<T | null> {
  const over = new AbortController();
  const grace = stopped.then(() => setTimeout(START_GRACE, null, { signal: over.signal }));
  try {
    return await Promise.race([start, grace]);
  } finally {
    // A pending timer would delay every later stop.
    over.abort();
  }
}

/** Repeats kill the process, as when a stop hangs, but for those that npm passes on beside the terminal. */
function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolveSignal) => {
    const stop = async (signal: NodeJS.Signals) => {
      resolveSignal(signal);
      await setTimeout(SIGNAL_REPEATS, null, { ref: false });
      for (const one of STOP_SIGNALS) process.off(one, stop);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}

async function connect(
  { environment, terminal }: CommandDeps,
  { begin = false }: ConnectOptions,
): Promise<Connection> {
  const { connectToFolder, connectToServer } = await import('./cli/connection.ts');
  // An empty value counts as unset, as it does for settings.
  const url = environment['LETTERHEAD_URL']?.trim() || undefined;
  const token = environment['LETTERHEAD_TOKEN']?.trim() || undefined;
  if (url !== undefined && token !== undefined) return connectToServer(url, token);
  if (url !== undefined || token !== undefined) {
    throw new UsageError('Set both LETTERHEAD_URL and LETTERHEAD_TOKEN, or neither to open the data folder.');
  }
  const settings = parseSettings(environment);
  const { refuseNoData } = await import('./store/open.ts');
  if (!begin) refuseNoData(settings);
  const { createLog } = await import('./log.ts');
  const { KeyPool } = await import('./keys/key-pool.ts');
  const log = await createLog('warn', terminal.err);
  const keys = new KeyPool({
    // A command generates its key when it needs one.
    size: 0,
    onWorkerDeath: (error) => log.error({ err: error }, 'Key worker died'),
  });
  return connectToFolder(await openForCommand({ settings, log, keys, clock }), log);
}

async function openForCommand(deps: InstallationDeps): Promise<Installation> {
  const { openInstallation } = await import('./installation.ts');
  try {
    return await openInstallation(deps);
  } catch (error) {
    if (!(error instanceof StoreInUseError)) throw error;
    const advice = 'To speak to the server that holds it, set LETTERHEAD_URL and LETTERHEAD_TOKEN.';
    throw new LetterheadError('unavailable', `${error.holding} ${advice}`);
  }
}
