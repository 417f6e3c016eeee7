import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { FirstAccount } from './auth/bootstrap.ts';
import { createFirstAccount } from './auth/bootstrap.ts';
import type { Dns } from './dns/outcome.ts';
import { createApp } from './http/app.ts';
import { stopGracefully } from './http/graceful-stop.ts';
import { listen } from './http/listen.ts';
import { OpenStreams } from './http/open-streams.ts';
import type { Installation, InstallationDeps } from './installation.ts';
import { openInstallation } from './installation.ts';
import type { Clock } from './instant.ts';
import { toInstant } from './instant.ts';
import type { HttpLimits } from './limits.ts';
import { HTTP_LIMITS } from './limits.ts';
import packageJson from './package.json' with { type: 'json' };
import type { Services } from './router/context.ts';
import { findReturnPathHostProblems } from './verification/survey/return-path-host.ts';

/** Output of `npm run build` in client/console. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../client/console/dist', import.meta.url));

export interface ServerDeps extends InstallationDeps {
  readonly bounds?: Partial<HttpLimits>;
}

/** A server that is listening. */
export interface RunningServer {
  readonly url: string;
  /** What the first start created; null on any other. */
  readonly firstStart: FirstAccount | null;
  /** Finishes or cancels requests in flight, flushes, and unlocks the data folder. */
  stop(): Promise<void>;
}

/**
 * Opens the data folder, listens, and creates the first account if there is none. A token that clients know is there
 * before they can call; one that is made is not, since a start that cannot listen would not print it.
 */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { settings, log, clock } = deps;
  const { HOST: host, PORT: port, BOOTSTRAP_TOKEN: token } = settings;
  const installation = await openInstallation(deps);
  const stopping = new AbortController();
  const app = await createApp({
    ...installation,
    keyDelivery: settings.KEY_DELIVERY ? installation.keyDelivery : null,
    clock,
    log,
    version: packageJson.version,
    consoleFolder: CONSOLE_FOLDER,
    corsOrigins: settings.CORS_ORIGINS,
    trustProxy: settings.TRUST_PROXY,
    stopping: stopping.signal,
    streams: new OpenStreams(),
    httpLimits: { ...HTTP_LIMITS, ...deps.bounds },
  });
  const stop = async () => {
    stopping.abort();
    // Rejects requests that wait for a check or a delivery, so that their connections can close.
    await installation.monitor.close();
    await installation.services.webhooks.close();
    await stopGracefully(app);
    await installation[Symbol.asyncDispose]();
  };
  const createFirst = () => createFirstAccount({ store: installation.store, clock }, token);
  try {
    const known = token === null ? null : await createFirst();
    const url = await listen(app, host, port);
    installation.monitor.start();
    installation.keyZone?.start();
    await installation.dispatcher.start();
    await installation.notices?.start();
    watchInstallation(installation, clock);
    void warnOfReturnPathHost(installation.dns, settings.RETURN_PATH_HOST, log);
    void warnOfKeyZone(installation.services.keyZone, log);
    const firstStart = token === null ? await createFirst() : known;
    return { url, firstStart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function watchInstallation({ metrics, store, monitor, services }: Installation, now: Clock): void {
  metrics.watch({
    dueChecks: async () => (await store.checks.countDue(toInstant(now()))) + monitor.load.waiting,
    checksInFlight: () => monitor.load.inFlight,
    async webhooks() {
      const { disabled, oldest } = await store.cursors.webhookBacklog();
      const lag = oldest === null ? 0 : now().getTime() - Date.parse(oldest);
      return { disabled, lagSeconds: Math.max(0, lag / 1000) };
    },
    keyZone: () => services.keyZone?.status ?? null,
  });
}

/** Warns only: a zone that is being set up must not prevent anybody from adding domains. */
async function warnOfKeyZone(keyZone: Services['keyZone'], log: Logger): Promise<void> {
  const problem = await keyZone?.findDelegationProblem();
  if (problem != null) log.warn({ key_zone: keyZone?.zone }, problem);
}

/** Warns only: a host that is not set up yet must not prevent anybody from adding domains. */
async function warnOfReturnPathHost(dns: Dns, host: string | null, log: Logger): Promise<void> {
  if (host === null) return;
  for (const lack of await findReturnPathHostProblems(dns, host, randomBytes))
    log.warn({ return_path_host: host }, lack);
}
