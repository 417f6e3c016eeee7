import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LetterheadError } from '@letterhead/shared';
import type { Logger } from 'pino';
import { Accounts } from './auth/accounts.ts';
import type { FirstStart } from './auth/first-start.ts';
import { makeFirstAccount } from './auth/first-start.ts';
import type { RateLimits } from './auth/rate-limits.ts';
import { createRateLimits } from './auth/rate-limits.ts';
import { Shares } from './auth/shares.ts';
import { Tokens } from './auth/tokens.ts';
import { runCommandLine } from './cli/command-line.ts';
import type { Connection, ConnectOptions, OpenInstallation } from './cli/connection.ts';
import { connectToFolder, connectToServer } from './cli/connection.ts';
import type { ExitCode } from './cli/exit-code.ts';
import { EXIT, UsageError } from './cli/exit-code.ts';
import type { FolderTools } from './cli/folder-commands.ts';
import { greet } from './cli/greeting.ts';
import type { Terminal } from './cli/output.ts';
import { print } from './cli/output.ts';
import { openTerminal } from './cli/terminal.ts';
import { KeyPool } from './dkim/key-pool.ts';
import type { KeySource } from './dkim/key-source.ts';
import { openKeySeal } from './dkim/open-key-seal.ts';
import { SECRET_KEY_FILE } from './dkim/secret-key-file.ts';
import { createDns } from './dns/dns.ts';
import type { Dns } from './dns/outcome.ts';
import { systemResolvers } from './dns/server-address.ts';
import { Domains } from './domains/domains.ts';
import { Events } from './events/events.ts';
import { createApp } from './http/app.ts';
import type { HttpBounds } from './http/bounds.ts';
import { HTTP_BOUNDS } from './http/bounds.ts';
import { stopGracefully } from './http/graceful-stop.ts';
import { listen } from './http/listen.ts';
import { OpenStreams } from './http/open-streams.ts';
import type { Clock } from './instant.ts';
import { toInstant } from './instant.ts';
import { createLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createMetrics } from './metrics.ts';
import packageJson from './package.json' with { type: 'json' };
import type { Settings } from './settings.ts';
import { parseSettings } from './settings.ts';
import { checkFolder } from './store/json/check-folder.ts';
import { INSTALLATION_FILE } from './store/json/data-folder.ts';
import type { JsonStore } from './store/json/json-store.ts';
import { openJsonStore } from './store/json/json-store.ts';
import { FolderInUseError } from './store/json/lock.ts';
import { restoreArchive } from './store/json/restore.ts';
import { streamBackup } from './store/json/stream-backup.ts';
import type { Store } from './store/store.ts';
import { createCheckLog, observeTogether } from './verification/check-log.ts';
import { Monitor } from './verification/monitor.ts';
import { lacksOfReturnPathHost } from './verification/return-path-host.ts';
import { systemTimer } from './verification/timer.ts';

/** How many keys a server holds ready; a command that opens the folder makes its one when it needs it. */
const POOL_SIZE = 32;

/** What `npm run build` in client/console makes. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../client/console/dist', import.meta.url));

const clock: Clock = () => new Date();

/** Runs one command line in this process and resolves to its exit code. */
export async function main(words: readonly string[]): Promise<ExitCode> {
  const terminal = openTerminal(process);
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
  } catch (error) {
    terminal.err.write(`letterhead: The file .env cannot be read: ${error}\n`);
    return EXIT.usage;
  }
  return runCommand(words, { environment: process.env, terminal });
}

/** What a command is run in: of the process, or a test's own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

/** As `main`. A server is stopped by the signals that the process gets. */
export function runCommand(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  return runCommandLine(words, {
    terminal: surroundings.terminal,
    version: packageJson.version,
    connect: (options) => connect(surroundings, options),
    serve: () => serve(surroundings),
    openFolder: () => openFolder(parseSettings(surroundings.environment)),
  });
}

/** What an installation is made from; tests and benchmarks hand in other parts than `main` does. */
export interface InstallationParts {
  readonly settings: Settings;
  readonly log: Logger;
  readonly keys: KeySource;
  readonly clock: Clock;
  /** Where they are to differ from the usual ones. */
  readonly bounds?: Partial<HttpBounds>;
}

/** An open data folder with everything that works on it. Disposing of it ends what is under way and unlocks the folder. */
interface Installation extends OpenInstallation {
  readonly store: Store;
  readonly dns: Dns;
  readonly monitor: Monitor;
  readonly limits: RateLimits;
  readonly metrics: Metrics;
}

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** What the first start has made; null on any other. */
  readonly firstStart: FirstStart | null;
  /** Finishes or cancels what is in flight, flushes, and lets go of the data folder. */
  stop(): Promise<void>;
}

/** Opens the data folder, listens, and makes the first account where there is none. */
export async function startServer(parts: InstallationParts): Promise<RunningServer> {
  const { settings, log, clock } = parts;
  const installation = await openInstallation(parts);
  const stopping = new AbortController();
  const app = await createApp({
    ...installation,
    clock,
    log,
    version: packageJson.version,
    consoleFolder: CONSOLE_FOLDER,
    corsOrigins: settings.CORS_ORIGINS,
    trustProxy: settings.TRUST_PROXY,
    stopping: stopping.signal,
    streams: new OpenStreams(),
    bounds: { ...HTTP_BOUNDS, ...parts.bounds },
  });
  const stop = async () => {
    stopping.abort();
    // Who waits for a check is answered now, so that the connections can end.
    await installation.monitor.close();
    await stopGracefully(app);
    await installation[Symbol.asyncDispose]();
  };
  try {
    const url = await listen(app, settings.HOST, settings.PORT);
    installation.monitor.start();
    watchInstallation(installation, clock);
    void warnOfReturnPathHost(installation.dns, settings.RETURN_PATH_HOST, log);
    const firstStart = await makeFirstAccount({ store: installation.store, clock }, settings.BOOTSTRAP_TOKEN);
    return { url, firstStart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openInstallation(parts: InstallationParts): Promise<Installation> {
  const { settings, log, clock } = parts;
  const store = await openJsonStore({ dataDir: settings.DATA_DIR, clock, log });
  try {
    return await composeInstallation(parts, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function composeInstallation(parts: InstallationParts, store: JsonStore): Promise<Installation> {
  const { settings, log, keys, clock } = parts;
  const metrics = createMetrics();
  const limits = createRateLimits(settings.RATE_LIMIT_PER_MINUTE);
  const seal = await openKeySeal({
    dataDir: settings.DATA_DIR,
    secretKey: settings.SECRET_KEY,
    check: store,
    random: randomBytes,
  });
  const dns = createDns({
    resolvers: settings.DNS_SERVERS ?? systemResolvers(),
    allowPrivate: settings.DNS_ALLOW_PRIVATE,
    authorityPort: settings.DNS_AUTHORITY_PORT,
    random: randomBytes,
    now: () => performance.now(),
    onLookup: metrics.lookup,
  });
  const from = { store, clock, random: randomBytes };
  const observer = observeTogether(createCheckLog(log), metrics.checks);
  const monitor = new Monitor({ ...from, dns, timer: systemTimer, observer });
  const shares = new Shares({ ...from, publicUrl: settings.PUBLIC_URL });
  const domains = new Domains({
    ...from,
    shares,
    keys,
    seal,
    monitor,
    returnPathHost: settings.RETURN_PATH_HOST,
    maxDomainsPerAccount: settings.MAX_DOMAINS_PER_ACCOUNT,
  });
  return {
    store,
    dns,
    monitor,
    limits,
    metrics,
    services: {
      accounts: new Accounts(from),
      tokens: new Tokens(from),
      domains,
      shares,
      events: new Events(from),
      limits,
      installation: {
        backup: async function* (options) {
          yield* streamBackup(await store.snapshot(), options);
        },
      },
    },
    async [Symbol.asyncDispose]() {
      await monitor.close();
      await keys.close();
      await store.close();
    },
  };
}

function watchInstallation({ metrics, store, monitor }: Installation, now: Clock): void {
  metrics.watch({
    dueChecks: () => store.countDueChecks(toInstant(now())),
    checksInFlight: () => monitor.load.inFlight,
  });
}

/** Beside the serving: a host that is not set up yet must not keep anybody from adding domains. */
async function warnOfReturnPathHost(dns: Dns, host: string | null, log: Logger): Promise<void> {
  if (host === null) return;
  for (const lack of await lacksOfReturnPathHost(dns, host, randomBytes))
    log.warn({ return_path_host: host }, lack);
}

async function serve({ environment, terminal }: Surroundings): Promise<ExitCode> {
  const settings = parseSettings(environment);
  const log = await createLog(settings.LOG_LEVEL, terminal.err);
  const keys = new KeyPool({
    size: POOL_SIZE,
    onWorkerDeath: (error) =>
      log.error({ err: error }, 'The thread that makes keys died; another takes its place.'),
  });
  const stopped = nextStopSignal();
  const server = await startServer({ settings, log, keys, clock });
  log.info({ url: server.url, data_dir: resolve(settings.DATA_DIR) }, 'Letterhead listens');
  await welcome(server, terminal, log);
  const signal = await stopped;
  log.info({ signal }, 'Stopping');
  await server.stop();
  log.info('Stopped');
  return EXIT.done;
}

/** The token is nowhere else: who can't be told it has to be told how to make another. */
async function welcome({ url, firstStart }: RunningServer, terminal: Terminal, log: Logger): Promise<void> {
  if (firstStart === null) return;
  try {
    await print(terminal.out, greet(url, firstStart));
  } catch (error) {
    log.error(
      { err: error },
      'The first token could not be printed: `letterhead token create` makes another',
    );
  }
}

function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolveSignal) => {
    process.once('SIGTERM', resolveSignal);
    process.once('SIGINT', resolveSignal);
  });
}

async function connect(
  { environment, terminal }: Surroundings,
  { begin = false }: ConnectOptions,
): Promise<Connection> {
  // As for the settings, an empty value is as good as none.
  const url = environment['LETTERHEAD_URL']?.trim() || undefined;
  const token = environment['LETTERHEAD_TOKEN']?.trim() || undefined;
  if (url !== undefined && token !== undefined) return connectToServer(url, token);
  if (url !== undefined || token !== undefined) {
    throw new UsageError('Set both LETTERHEAD_URL and LETTERHEAD_TOKEN, or neither to open the data folder.');
  }
  const settings = parseSettings(environment);
  if (!begin) refuseEmptyFolder(settings.DATA_DIR);
  const log = await createLog('warn', terminal.err);
  const keys = new KeyPool({
    size: 0,
    onWorkerDeath: (error) => log.error({ err: error }, 'No key could be made.'),
  });
  return connectToFolder(await openForCommand({ settings, log, keys, clock }), log);
}

/** A command in the wrong place must not leave a data folder there. */
function refuseEmptyFolder(dataDir: string): void {
  if (['accounts', INSTALLATION_FILE].some((name) => existsSync(join(dataDir, name)))) return;
  throw new LetterheadError(
    'unavailable',
    `There is no data in ${dataDir} yet. Set DATA_DIR to where it is, or begin with \`letterhead serve\`.`,
  );
}

/** What needs no store, and must not change one. */
function openFolder({ DATA_DIR, SECRET_KEY }: Settings): FolderTools {
  return {
    path: resolve(DATA_DIR),
    async check() {
      refuseEmptyFolder(DATA_DIR);
      return checkFolder(DATA_DIR);
    },
    restore: (archive) => restoreArchive(archive, DATA_DIR),
    lacksKey: () => SECRET_KEY === null && !existsSync(join(DATA_DIR, SECRET_KEY_FILE)),
  };
}

async function openForCommand(parts: InstallationParts): Promise<Installation> {
  try {
    return await openInstallation(parts);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    const advice = 'To speak to the server that holds it, set LETTERHEAD_URL and LETTERHEAD_TOKEN.';
    throw new LetterheadError('unavailable', `${error.holding} ${advice}`);
  }
}
