import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from './http-request.ts';
import { openSocket } from './raw-socket.ts';

const MAX_WAITING = 3;
/** Well above the limit. */
const PATIENCE = { timeout: 15_000 };
const SLOW_CHECKS = { dns: { latency: 400 }, environment: { RATE_LIMIT_PER_MINUTE: '0' } };

/** A server with slow name servers, so that requests for a check wait. */
async function startSlow(): Promise<TestServer> {
  const server = await startTestServer({ bounds: { maxWaiting: MAX_WAITING }, dns: { latency: 250 } });
  for (let id = 1; id <= MAX_WAITING; id++) {
    await server.letterhead.domains.create.mutate({ account: 1, domain: `d${id}.example.org` });
  }
  return server;
}

test('a request that could only wait is refused at once, and is served again when the load goes', async () => {
  await using server = await startSlow();
  const waiting = Array.from({ length: MAX_WAITING }, (_, i) =>
    server.rest('POST', `/accounts/1/domains/${i + 1}/verify-dns`),
  );
  const refused = await vi.waitUntil(async () => {
    const answer = await server.rest('GET', '/token');
    return answer.status === 503 && answer;
  }, PATIENCE);
  expect(refused.body).toMatchObject({ code: 'unavailable' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  const overTrpc = await sendHttp(server.url, { path: '/trpc/tokens.current' });
  expect([overTrpc.status, JSON.parse(overTrpc.text).error.json.data.code]).toEqual([503, 'unavailable']);
  // An overloaded server is live, but not ready.
  expect((await sendHttp(server.url, { path: '/health/live' })).status).toBe(200);
  expect((await sendHttp(server.url, { path: '/health/ready' })).status).toBe(503);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await server.rest('GET', '/token')).status).toBe(200);
  expect((await sendHttp(server.url, { path: '/health/ready' })).status).toBe(200);
});

test('a client that goes away while it waits makes room', async () => {
  await using server = await startSlow();
  const gone = new AbortController();
  const waiting = Array.from({ length: MAX_WAITING }, (_, i) =>
    fetch(`${server.url}/api/v1/accounts/1/domains/${i + 1}/verify-dns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}` },
      signal: gone.signal,
    }).catch(() => 'gone'),
  );
  await vi.waitUntil(async () => (await server.rest('GET', '/token')).status === 503, PATIENCE);
  gone.abort();
  expect(await Promise.all(waiting)).toEqual(Array(MAX_WAITING).fill('gone'));
  await vi.waitUntil(async () => (await server.rest('GET', '/token')).status === 200, PATIENCE);
});

test('open streams do not count as waiting requests', async () => {
  await using server = await startSlow();
  const abort = new AbortController();
  const input = encodeURIComponent('{"json":{"account":1}}');
  for (let i = 0; i <= MAX_WAITING; i++) {
    const stream = await fetch(`${server.url}/trpc/events.stream?input=${input}`, {
      headers: { authorization: `Bearer ${server.token}`, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    expect(stream.status).toBe(200);
  }
  expect((await server.rest('GET', '/token')).status).toBe(200);
  abort.abort();
});

/** Creates another account with some tokens. */
async function addAccount({ letterhead, makeToken }: TestServer, tokens: number) {
  const { id } = await letterhead.accounts.create.mutate({ name: 'Other' });
  return {
    id,
    tokens: await Promise.all(Array.from({ length: tokens }, () => makeToken(['domains:write'], id))),
  };
}

/** Creates another account with a token and a domain. */
async function addDomain(server: TestServer) {
  const { id, tokens } = await addAccount(server, 1);
  const domain = await server.letterhead.domains.create.mutate({ account: id, domain: 'example.org' });
  return { id, token: tokens[0] ?? '', domain: domain.id };
}

/** Sends the head of a request and a part of its body. `status` is that of the answer, if there is one. */
async function sendHalf(
  url: string,
  path: string,
  token = '',
): Promise<{ socket: Socket; status: Promise<string> }> {
  const socket = await openSocket(url);
  const status = once(socket, 'data').then(([data]) => String(data).slice(9, 12));
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
  );
  return { socket, status };
}

test('bodies that trickle in for one account, however many tokens it has, hold up no other account', async () => {
  await using server = await startTestServer({ bounds: { maxWaiting: MAX_WAITING } });
  const { id, tokens } = await addAccount(server, 3);
  const paths = [`/api/v1/accounts/${id}/domains`, '/trpc/domains.create'];
  const half = (i: number) => sendHalf(server.url, paths[i % 2] ?? '', tokens[i % 3]);
  const opened = await Promise.all(
    Array.from({ length: ACCOUNT_LIMITS.unreadBodies + 10 }, (_, i) => half(i)),
  );
  const answered: string[] = [];
  for (const { status } of opened) status.then((told) => answered.push(told)).catch(() => {});
  await vi.waitUntil(() => answered.length === 10, PATIENCE);
  expect(answered).toEqual(Array(10).fill('429'));
  expect((await server.rest('POST', '/accounts/1/domains', { form: 'domain=example.org' })).status).toBe(201);
  expect((await server.rest('GET', '/token', { token: tokens[0] ?? '' })).status).toBe(200);
  const own = await server.rest('POST', `/accounts/${id}/domains`, {
    token: tokens[0] ?? '',
    form: 'domain=example.org',
  });
  expect([own.status, own.body.code, own.headers.get('retry-after')]).toEqual([429, 'rate_limited', '1']);
  for (const { socket } of opened) socket.destroy();
  const create = () =>
    server.rest('POST', `/accounts/${id}/domains`, { token: tokens[0] ?? '', form: 'domain=example.org' });
  await vi.waitUntil(async () => (await create()).status !== 429, PATIENCE);
});

test('an account with too many waiting requests is refused more of them, and no other account is', async () => {
  await using server = await startTestServer(SLOW_CHECKS);
  const { id, token, domain } = await addDomain(server);
  const waiting = Array.from({ length: ACCOUNT_LIMITS.waitingRequests }, () =>
    server.rest('POST', `/accounts/${id}/domains/${domain}/verify-dns`, { token }),
  );
  const refused = await vi.waitUntil(async () => {
    const answer = await server.rest('GET', '/token', { token });
    return answer.status === 429 && answer;
  }, PATIENCE);
  expect([refused.body.code, refused.headers.get('retry-after')]).toEqual(['rate_limited', '1']);
  expect((await server.rest('GET', '/token')).status).toBe(200);
  const answers = await Promise.all(waiting);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(
    ACCOUNT_LIMITS.waitingRequests - 1,
  );
  expect((await server.rest('GET', '/token', { token })).status).toBe(200);
});

test('answers that wait for their client to read them count for its account', async () => {
  await using server = await startTestServer(SLOW_CHECKS);
  const { id, token, domain } = await addDomain(server);
  const socket = await openSocket(server.url);
  const head = `Host: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const slow = `POST /api/v1/accounts/${id}/domains/${domain}/verify-dns HTTP/1.1\r\n${head}`;
  const quick = `HEAD /api/v1/token HTTP/1.1\r\n${head}`;
  socket.write(slow + quick.repeat(ACCOUNT_LIMITS.waitingRequests));
  const own = () => server.rest('GET', '/token', { token });
  await vi.waitUntil(async () => {
    if ((await own()).status === 429) return true;
    // One of our own may have had a place when the last of those was refused.
    socket.write(quick);
    return false;
  }, PATIENCE);
  expect((await server.rest('GET', '/token')).status).toBe(200);
  socket.resume();
  await vi.waitUntil(async () => (await own()).status === 200, PATIENCE);
  socket.destroy();
});
