import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HttpClient } from './http-client.ts';
import { serverEnvironment, TOKEN } from './letterhead-server.ts';

const LAUNCHER = fileURLToPath(new URL('../server/cli/letterhead.js', import.meta.url));
const INSTALLED_COMMANDS = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));

/** Milliseconds. */
const GIVE_UP_AFTER = 60_000;
const ASK_EVERY = 5;

/** Runs `letterhead serve` as a person does; resolves to the milliseconds from there to the first answer to `path`. */
export async function timeFirstAnswer(dataDir: string, path: string): Promise<number> {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(LAUNCHER, ['serve'], {
    // Elsewhere than in the checkout, where an `.env` could change what is measured.
    cwd: dirname(dataDir),
    env: {
      ...serverEnvironment(dataDir),
      PORT: String(port),
      PATH: [INSTALLED_COMMANDS, process.env['PATH']].join(delimiter),
    },
    stdio: 'ignore',
  });
  try {
    await firstAnswer(child, `http://127.0.0.1:${port}`, path, begin);
    return performance.now() - begin;
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function firstAnswer(child: ChildProcess, url: string, path: string, begin: number): Promise<void> {
  for (;;) {
    using client = new HttpClient(url, TOKEN);
    try {
      await client.get(path);
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
      if (performance.now() - begin > GIVE_UP_AFTER) throw error;
    }
    await sleep(ASK_EVERY);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port is free.');
  return address.port;
}
