import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HttpLimits } from '../../server/limits.ts';
import { HTTP_LIMITS } from '../../server/limits.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from './http-request.ts';
import { openSocket, parseAnswers, readToEnd } from './raw-socket.ts';

/** HTTP_LIMITS with timeouts of a hundredth. */
const HASTY: Partial<HttpLimits> = { headersTimeout: 150, requestTimeout: 300, checkInterval: 20 };

const trickles: NodeJS.Timeout[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const trickle of trickles.splice(0)) clearInterval(trickle);
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends a text and then a byte at a time, until the connection is closed. */
async function trickle(url: string, said: string, byte = 'x'): Promise<Socket> {
  const socket = await openSocket(url);
  sockets.push(socket);
  socket.write(said);
  trickles.push(setInterval(() => socket.writable && socket.write(byte), 10));
  return socket;
}

const body = (token: string, path: string, method = 'POST') =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Content-Length: 60000',
    '',
    '{"domain": "',
  ].join('\r\n');

describe('a request that trickles in is given up, and its connection ends', () => {
  const ways: [string, (token: string) => string][] = [
    ['its first line', () => 'GET /'],
    ['its headers', () => 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['its body', (token) => body(token, '/api/v1/accounts/1/domains')],
    ['its body, over tRPC', (token) => body(token, '/trpc/domains.create')],
  ];
  test.each(ways)(
    'a request that trickles in is given up, and its connection ends: %s',
    async (_name, said) => {
      await using server = await startTestServer({ bounds: HASTY });
      const received = await readToEnd(await trickle(server.url, said(server.token)));
      const [answer] = parseAnswers(received);
      expect([answer?.status, JSON.parse(answer?.body ?? '').code]).toEqual([400, 'malformed_body']);
      expect(answer?.body).toContain('did not arrive in time');
    },
  );
});

test('500 connections that say nothing hold nobody up, and are closed', async () => {
  await using server = await startTestServer({
    bounds: { ...HASTY, headersTimeout: 2000, requestTimeout: 2000 },
  });
  const idle = await Promise.all(Array.from({ length: 500 }, () => openSocket(server.url)));
  sockets.push(...idle);
  expect((await server.rest('GET', '/token')).status).toBe(200);
  const ended = await Promise.all(idle.map(readToEnd));
  // No request was sent, so the connection is closed without an answer.
  for (const received of ended)
    expect(parseAnswers(received).every(({ status }) => status === 400)).toBe(true);
  expect((await server.rest('GET', '/token')).status).toBe(200);
});

describe('bodies of nobody’s, however slowly they come, take no place of those who wait', () => {
  const ways = [
    ['POST', '/trpc/domains.create'],
    ['POST', '/trpc/no.such'],
    ['PUT', '/trpc/domains.create'],
    ['POST', '/api/v1/accounts'],
    ['POST', '/api/v1/accounts/x/domains'],
    ['DELETE', '/api/v1/accounts/1/domains/1'],
    ['POST', '/health/live'],
    ['POST', '/nowhere'],
    ['POST', '/'],
  ];
  test.each(ways)(
    'a slow body without a valid token takes no place in the queue: %s %s',
    async (method = '', path = '') => {
      await using server = await startTestServer({ bounds: { maxWaiting: 1 } });
      const socket = await trickle(server.url, body(`lh_${'A'.repeat(43)}`, path, method));
      // It is answered while the rest of the body is still on its way.
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 40[145] /);
      expect((await server.rest('GET', '/token')).status).toBe(200);
      socket.destroy();
    },
  );
});

test('a client that asks nothing more is disconnected as soon as one that asks nothing', async () => {
  await using server = await startTestServer({ bounds: { idleTimeout: 200 } });
  const socket = await openSocket(server.url);
  sockets.push(socket);
  socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(parseAnswers(await readToEnd(socket)).map(({ status }) => status)).toEqual([200]);
});

test('a client that does not read its answers is disconnected', async () => {
  await using server = await startTestServer({ bounds: { idleTimeout: 200 } });
  const socket = await openSocket(server.url);
  sockets.push(socket);
  socket.pause();
  // More than the buffers between two sockets of one machine hold.
  const ask = 'GET /reference HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const asking = setInterval(() => socket.writable && socket.write(ask.repeat(50)), 5);
  trickles.push(asking);
  // A connection that the server has ended refuses what is written to it.
  await vi.waitFor(() => expect(socket.destroyed).toBe(true), { timeout: 15_000 });
  // Over a connection of its own: one that was kept may end, idle, just as it is used again.
  expect((await sendHttp(server.url, { path: '/health/live' })).status).toBe(200);
});

test('the default timeouts leave time for a body on a slow line, but not for ever', () => {
  expect(HTTP_LIMITS.headersTimeout).toBeLessThanOrEqual(HTTP_LIMITS.requestTimeout);
  expect(HTTP_LIMITS.requestTimeout).toBeLessThanOrEqual(60_000);
  expect(HTTP_LIMITS.checkInterval).toBeLessThan(HTTP_LIMITS.headersTimeout);
});
