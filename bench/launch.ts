import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { serverEnvironment, TOKEN } from './letterhead-server.ts';
import { Program } from './program.ts';

const LAUNCHER = fileURLToPath(new URL('../server/cli/letterhead.js', import.meta.url));
const BARE_FASTIFY = fileURLToPath(new URL('processes/bare-fastify.ts', import.meta.url));

/** Runs `letterhead serve` as a person does; resolves to the milliseconds from there to the first answer to `path`. */
export async function timeFirstAnswer(dataDir: string, path: string): Promise<number> {
  const port = await freePort();
  await using letterhead = new Program({
    command: LAUNCHER,
    words: ['serve'],
    folder: dirname(dataDir),
    environment: { ...serverEnvironment(dataDir), PORT: String(port) },
  });
  return await letterhead.firstAnswer(`http://127.0.0.1:${port}`, path, TOKEN);
}

/** Runs a Fastify server with one route; resolves to the milliseconds from there to its first answer. */
export async function timeBareFastify(folder: string): Promise<number> {
  const port = await freePort();
  await using bare = new Program({
    command: 'node',
    words: [BARE_FASTIFY],
    folder,
    environment: { PORT: String(port) },
  });
  return await bare.firstAnswer(`http://127.0.0.1:${port}`, '/', null);
}
