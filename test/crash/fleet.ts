import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bench/free-port.ts';
import { databaseUrl, startPostgres } from '../postgres/postgres-server.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import { complaintsOfChecks, watchChecks } from './watched-checks.ts';

/** The servers of an installation, some of which are killed and started again, on the same data. */
export interface Fleet extends AsyncDisposable {
  /** Whether a server has the same address in all its lives. */
  readonly keepsAddresses: boolean;
  /** Starts what is down. Resolves to the addresses of all servers. */
  start(): Promise<readonly string[]>;
  /** SIGKILL to one of the processes. `random` is at least 0 and less than 1. */
  kill(random: number): Promise<void>;
  /** What clients cannot see: one sentence for each promise that was broken. Asked while all servers run. */
  complaints(): Promise<readonly string[]>;
}

/** Receivers of webhooks are on loopback. */
const LOOPBACK = { WEBHOOK_ALLOW_PRIVATE: 'true' };

/** One server on a data folder. */
export async function fleetOnFiles(token: string): Promise<Fleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-crash-'));
  let server: ServerProcess | null = null;
  const kill = async () => {
    await server?.kill();
    server = null;
  };
  return {
    keepsAddresses: false,
    async start() {
      server ??= await startProcess({ DATA_DIR: dataDir, BOOTSTRAP_TOKEN: token, ...LOOPBACK });
      return [server.url];
    },
    kill,
    complaints: async () => [],
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const SERVERS = 3;

/** Three servers over PostgreSQL, each on a port of its own for all its lives; the database is killed as well. */
export async function fleetOnPostgres(token: string): Promise<Fleet> {
  const postgres = await startPostgres();
  const url = databaseUrl(postgres.port);
  const servers = await serversOver(url, token);
  await servers.start();
  await watchChecks(url);
  return {
    ...servers,
    complaints: () => complaintsOfChecks(url),
    async kill(random) {
      const at = Math.floor(random * (SERVERS + 1));
      if (at < SERVERS) return servers.killOne(at);
      await postgres.kill();
      await postgres.start();
    },
    async [Symbol.asyncDispose]() {
      await servers.stop();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

/** Three servers over the database at `url`. */
export async function serversOver(url: string, token: string) {
  const settings = {
    DATABASE_URL: url,
    SECRET_KEY: randomBytes(32).toString('base64'),
    BOOTSTRAP_TOKEN: token,
    ...LOOPBACK,
  };
  const ports: number[] = [];
  while (ports.length < SERVERS) ports.push(await freePort());
  const servers: (ServerProcess | null)[] = ports.map(() => null);
  const killOne = async (at: number) => {
    const server = servers[at];
    servers[at] = null;
    await server?.kill();
  };
  return {
    keepsAddresses: true,
    killOne,
    complaints: async () => [],
    async start(): Promise<readonly string[]> {
      const starting = ports.map(async (port, at) => {
        servers[at] ??= await startProcess({ ...settings, PORT: String(port) });
        return servers[at].url;
      });
      return Promise.all(starting);
    },
    async stop() {
      for (const at of ports.keys()) await killOne(at);
    },
  };
}
