import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoopbackDns } from '../dns/loopback-dns.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import { startTestServer } from '../running-server.ts';
import type { CommandOutcome, Environment } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

/** An installation with one account, for commands that call a server or open the data folder. */
export interface TestInstallation extends AsyncDisposable {
  readonly dns: LoopbackDns;
  readonly environment: Environment;
  run(...argv: string[]): Promise<CommandOutcome>;
  /** Runs a command that must succeed; resolves to its parsed output. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where it is another.
  json(...argv: string[]): Promise<any>;
}

/** Commands call a server. */
async function againstServer(): Promise<TestInstallation> {
  const server = await startTestServer();
  return {
    ...commandsIn({ LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token }),
    dns: server.dns,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Commands open the data folder. */
export async function onTheFolder(): Promise<TestInstallation> {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-cli-'));
  const dns = await startLoopbackDns();
  const commands = commandsIn({
    DATA_DIR: join(folder, 'data'),
    DNS_SERVERS: `127.0.0.1:${dns.port}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(dns.port),
  });
  await commands.json('account', 'create', 'Help desk');
  return {
    ...commands,
    dns,
    async [Symbol.asyncDispose]() {
      await dns[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** For `describe.each`: what a command does, it does with either. */
export const CONNECTIONS = [
  ['a running server', againstServer],
  ['the data folder', onTheFolder],
] as const;

function commandsIn(environment: Environment): Pick<TestInstallation, 'environment' | 'run' | 'json'> {
  return {
    environment,
    run: (...argv) => runInProcess(argv, environment),
    async json(...argv) {
      const { exit, out, err } = await runInProcess([...argv, '--json'], environment);
      if (exit !== 0) throw new Error(`letterhead ${argv.join(' ')} ended with ${exit}: ${err}`);
      return JSON.parse(out);
    },
  };
}
