import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LetterheadError } from '@letterhead/shared';
import type { Logger } from 'pino';
import { runCommandLine } from './cli/command-line.ts';
import type { Connection, ConnectOptions } from './cli/connection.ts';
import type { ExitCode } from './cli/exit-code.ts';
import { EXIT, UsageError } from './cli/exit-code.ts';
import type { Terminal } from './cli/output.ts';
import { print } from './cli/output.ts';
import { startupMessage } from './cli/startup-message.ts';
import { openTerminal } from './cli/terminal.ts';
import { describeErrno, messageOf } from './errno.ts';
import type { Installation, InstallationDeps } from './installation.ts';
import { openInstallation } from './installation.ts';
import type { Clock } from './instant.ts';
import { KeyPool } from './keys/key-pool.ts';
import { createLog } from './log.ts';
import packageJson from './package.json' with { type: 'json' };
import type { RunningServer } from './running-server.ts';
import { startServer } from './running-server.ts';
import { parseSettings } from './settings.ts';
import { copyBetween, migrateDatabase, refuseNoData, storeTools } from './store/open.ts';
import { StoreInUseError } from './store/store-in-use.ts';

/** Milliseconds for a start to finish after a stop signal; otherwise its first token would be lost. */
const START_GRACE = 3000;

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
    const reason = describeErrno(error) ?? messageOf(error);
    terminal.err.write(`letterhead: The file .env cannot be read: ${reason}.\n`);
    return EXIT.usage;
  }
  return runCommand(argv, { environment: process.env, terminal });
}

/** Environment and terminal of a command: the process's, or a test's own. */
export interface CommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

/** Runs one command line and resolves to its exit code. A server stops on the signals of the process. */
export function runCommand(argv: readonly string[], deps: CommandDeps): Promise<ExitCode> {
  return runCommandLine(argv, {
    terminal: deps.terminal,
    version: packageJson.version,
    connect: (options) => connect(deps, options),
    serve: () => serve(deps),
    copyStore: async (target, onAccount) => {
      const settings = parseSettings(deps.environment);
      const log = await createLog('warn', deps.terminal.err);
      return copyBetween(target, { settings, clock, log }, onAccount);
    },
    migrate: async () => {
      const settings = parseSettings(deps.environment);
      const log = await createLog('warn', deps.terminal.err);
      await migrateDatabase({ settings, clock, log });
    },
    openFolder: () => storeTools(parseSettings(deps.environment)),
  });
}

async function serve({ environment, terminal }: CommandDeps): Promise<ExitCode> {
  const settings = parseSettings(environment);
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
  await welcome(server, terminal, log);
  const signal = await stopped;
  log.info({ signal }, 'Stopping');
  await server.stop();
  log.info('Stopped');
  return EXIT.done;
}

/** Prints the startup message. It holds the only copy of the first token, so a failure logs how to create another. */
async function welcome({ url, firstStart }: RunningServer, terminal: Terminal, log: Logger): Promise<void> {
  try {
    await print(terminal.out, startupMessage(url, firstStart));
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

function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolveSignal) => {
    process.once('SIGTERM', resolveSignal);
    process.once('SIGINT', resolveSignal);
  });
}

async function connect(
  { environment, terminal }: CommandDeps,
  { begin = false }: ConnectOptions,
): Promise<Connection> {
  // Loaded only by commands, so that a server starts faster.
  const { connectToFolder, connectToServer } = await import('./cli/connection.ts');
  // An empty value counts as unset, as it does for settings.
  const url = environment['LETTERHEAD_URL']?.trim() || undefined;
  const token = environment['LETTERHEAD_TOKEN']?.trim() || undefined;
  if (url !== undefined && token !== undefined) return connectToServer(url, token);
  if (url !== undefined || token !== undefined) {
    throw new UsageError('Set both LETTERHEAD_URL and LETTERHEAD_TOKEN, or neither to open the data folder.');
  }
  const settings = parseSettings(environment);
  if (!begin) refuseNoData(settings);
  const log = await createLog('warn', terminal.err);
  const keys = new KeyPool({
    // A command generates its key when it needs one.
    size: 0,
    onWorkerDeath: (error) => log.error({ err: error }, 'Key worker died'),
  });
  return connectToFolder(await openForCommand({ settings, log, keys, clock }), log);
}

async function openForCommand(deps: InstallationDeps): Promise<Installation> {
  try {
    return await openInstallation(deps);
  } catch (error) {
    if (!(error instanceof StoreInUseError)) throw error;
    const advice = 'To speak to the server that holds it, set LETTERHEAD_URL and LETTERHEAD_TOKEN.';
    throw new LetterheadError('unavailable', `${error.holding} ${advice}`);
  }
}
