import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLetterhead } from '@letterhead/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LETTERHEAD, makeWorkplace } from './letterhead-process.ts';

const MAX_FILES = 80;
/** More than the metrics keep until they are recorded. */
const REQUESTS = 1_100;
const TOKEN = `lh_${'b'.repeat(43)}`;

/** A server that may open few files at once, connections included, and a client whose connection it has accepted. */
async function serveWithFewFiles() {
  const place = await makeWorkplace({
    DNS_SERVERS: '127.0.0.1:9',
    BOOTSTRAP_TOKEN: TOKEN,
    LOG_LEVEL: 'debug',
    RATE_LIMIT_PER_MINUTE: '0',
  });
  onTestFinished(() => place[Symbol.asyncDispose]());
  const script = join(place.folder, 'with-few-files');
  const limited = `#!/bin/sh\nulimit -n ${MAX_FILES} && exec '${LETTERHEAD}' "$@"\n`;
  await writeFile(script, limited, { mode: 0o700 });
  const server = await place.serve({}, script);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = async (path: string, message?: string): Promise<number | undefined> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'message/rfc822' };
    const method = message === undefined ? 'GET' : 'POST';
    const asked = request(server.url + path, { agent, headers, method }).end(message);
    const [answer] = await once(asked, 'response');
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  };
  expect(await ask('/api/v1/token')).toBe(200);
  return { server, ask };
}

/** Takes all that the server may open. */
function takeAllFiles(url: string): void {
  const { hostname, port } = new URL(url);
  for (let i = 0; i < MAX_FILES; i++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
}

// Windows has no such limit.
if (process.platform !== 'win32') {
  test('a stranger whose connections leave no file to open cannot end a server that has just started', async () => {
    const { server, ask } = await serveWithFewFiles();
    takeAllFiles(server.url);
    for (let i = 0; i < REQUESTS; i++) expect(await ask('/health/live')).toBe(200);
  });

  test('a server that can open no file any more has what it did not need until then', async () => {
    const { server, ask } = await serveWithFewFiles();
    const letterhead = createLetterhead({ url: server.url, token: TOKEN });
    await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    await vi.waitUntil(() => server.output.err.includes('Loaded what the start did without'), 10_000);
    takeAllFiles(server.url);
    await vi.waitUntil(async () => (await ask('/api/v1/accounts/1/events')) === 503, 10_000);
    for (const path of ['/metrics', '/openapi.json', '/reference'])
      expect([path, await ask(path)]).toEqual([path, 200]);
    // It is not for the message that no thread can be started.
    expect(await ask('/api/v1/accounts/1/domains/1/proof', 'From: a@example.org\r\n\r\n')).toBe(503);
  });
}
