import { expect, test, vi } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from './http-request.ts';

const MAX_WAITING = 3;
/** Far more than it takes. */
const PATIENCE = { timeout: 15_000 };

/** A server whose name servers take their time, so that whoever asks for a check waits. */
async function startSlow(): Promise<TestServer> {
  const server = await startTestServer({ bounds: { maxWaiting: MAX_WAITING }, dns: { latency: 250 } });
  for (let id = 1; id <= MAX_WAITING; id++) {
    await server.letterhead.domains.create.mutate({ account: 1, domain: `d${id}.example.org` });
  }
  return server;
}

test('what could only wait is refused at once, and served again when the load goes', async () => {
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
  // Who is busy must not be restarted, but gets no more to do.
  expect((await sendHttp(server.url, { path: '/health/live' })).status).toBe(200);
  expect((await sendHttp(server.url, { path: '/health/ready' })).status).toBe(503);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await server.rest('GET', '/token')).status).toBe(200);
  expect((await sendHttp(server.url, { path: '/health/ready' })).status).toBe(200);
});

test('who goes away while waiting makes room', async () => {
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

test('streams that are open do not wait', async () => {
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
