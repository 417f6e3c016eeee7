import { rename } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { openEventStream } from './event-stream.ts';
import { sendHttp } from './http-request.ts';

const ANSWERS: [string, string, string, number][] = [
  ['REST', 'GET', '/api/v1/token', 200],
  ['an empty answer', 'DELETE', '/api/v1/accounts/1/domains/1', 204],
  ['a refusal', 'GET', '/api/v1/accounts/1/domains/9', 404],
  ['a wrong method', 'PATCH', '/api/v1/token', 405],
  ['nothing at the path', 'GET', '/nowhere', 404],
  ['a path that is none', 'GET', '/api/v1/accounts/%ZZ', 404],
  ['tRPC', 'GET', '/trpc/tokens.current', 200],
  ['a refusal over tRPC', 'GET', '/trpc/no.such', 404],
  ['a wrong method over tRPC', 'POST', '/trpc/tokens.current', 405],
  ['the OpenAPI document', 'GET', '/openapi.json', 200],
  ['the reference', 'GET', '/reference', 200],
  ['a health check', 'GET', '/health/live', 200],
  ['the metrics', 'GET', '/metrics', 200],
];

test.each(ANSWERS)(
  'the answer comes with the fixed headers, and no banner: %s',
  async (_name, method, path, status) => {
    await using server = await startTestServer();
    await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    const authorization = `Bearer ${server.token}`;
    const headers = { authorization, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
    const answer = await sendHttp(server.url, {
      method,
      path,
      headers,
      body: method === 'POST' ? '{}' : undefined,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\w-]{8}-[0-9a-z]+$/),
    });
    expect(Object.keys(answer.headers)).not.toContain('server');
    expect(Object.keys(answer.headers)).not.toContain('x-powered-by');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  },
);

test('the console’s page runs only its own scripts and styles, and cannot be framed', async () => {
  await using server = await startTestServer();
  const page = await sendHttp(server.url, { path: '/' });
  expect(page.status).toBe(200);
  const policy = String(page.headers['content-security-policy']);
  const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
  expect(rules.get('default-src')).toBe("default-src 'none'");
  expect(rules.get('script-src')).toBe("script-src 'self'");
  expect(rules.get('style-src')).toBe("style-src 'self'");
  expect(rules.get('connect-src')).toBe("connect-src 'self'");
  expect(rules.get('base-uri')).toBe("base-uri 'none'");
  expect(rules.get('form-action')).toBe("form-action 'none'");
  expect(rules.get('frame-ancestors')).toBe("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
});

test('an answer that comes line by line has no length beside its chunks', async () => {
  await using server = await startTestServer();
  const { status, headers, text } = await sendHttp(server.url, {
    path: '/trpc/tokens.current,tokens.current?batch=1',
    headers: { authorization: `Bearer ${server.token}`, 'trpc-accept': 'application/jsonl' },
  });
  expect([status, headers['transfer-encoding'], headers['content-length']]).toEqual([
    200,
    'chunked',
    undefined,
  ]);
  expect(text.trim().split('\n').length).toBeGreaterThan(2);
});

test('a stream of events may not be cached either', async () => {
  await using server = await startTestServer();
  const stream = await openEventStream(server.url, server.token);
  expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(stream.headers.get('x-content-type-options')).toBe('nosniff');
  stream.close();
});

test('the id of a request is in its answer and in the log', async () => {
  await using server = await startTestServer();
  const ids = [];
  for (const path of ['/api/v1/token', '/trpc/tokens.current', '/nowhere', '/health/live']) {
    ids.push(
      (await sendHttp(server.url, { path, headers: { 'x-request-id': 'chosen' } })).headers['x-request-id'],
    );
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain('chosen');
  for (const id of ids)
    expect(server.log.filter((line) => line.includes(`"request":"${id}"`))).toHaveLength(1);
});

const ORIGIN = 'https://desk.example.org';
const preflight = (origin: string) => ({
  method: 'OPTIONS',
  path: '/api/v1/accounts/1/domains',
  headers: { origin, 'access-control-request-method': 'POST' },
});

test('web pages of other origins may not call the API where CORS_ORIGINS names none', async () => {
  await using server = await startTestServer();
  const { status, headers } = await sendHttp(server.url, preflight(ORIGIN));
  expect([status, headers['access-control-allow-origin']]).toEqual([405, undefined]);
});

test('web pages of the origins in CORS_ORIGINS may call the API, and those of no others', async () => {
  await using server = await startTestServer({
    environment: { CORS_ORIGINS: `https://a.example,${ORIGIN}` },
  });
  const allowed = await sendHttp(server.url, preflight(ORIGIN));
  expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
  expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
  for (const path of ['/api/v1/token', '/trpc/tokens.current']) {
    const { headers } = await sendHttp(server.url, { path, headers: { origin: ORIGIN } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      vary: expect.stringMatching(/origin/i),
    });
  }
  for (const origin of [
    'https://evil.example',
    `${ORIGIN}.evil.example`,
    'null',
    'http://desk.example.org',
  ]) {
    const refused = await sendHttp(server.url, { path: '/api/v1/token', headers: { origin } });
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const { headers } = await sendHttp(server.url, preflight(origin));
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('an OPTIONS request that is not a preflight is a wrong method, with CORS too', async () => {
  await using server = await startTestServer({ environment: { CORS_ORIGINS: ORIGIN } });
  const path = '/api/v1/accounts/1/domains';
  for (const headers of [{}, { origin: ORIGIN }]) {
    const answer = await sendHttp(server.url, { method: 'OPTIONS', path, headers });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST, GET, HEAD']);
    expect(JSON.parse(answer.text).code).toBe('method_not_allowed');
  }
});

test('the health checks say that the process lives, and whether the store can write', async () => {
  await using server = await startTestServer();
  for (const path of ['/health/live', '/health/ready']) {
    expect(await sendHttp(server.url, { path })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  }
});

test.each([
  [60_000, 200],
  [0, 503],
])(
  'the store is asked again only after readiness was remembered for %i ms: the second answer is %i',
  async (readyAge, status) => {
    await using server = await startTestServer({ bounds: { readyAge } });
    const ready = async () => (await sendHttp(server.url, { path: '/health/ready' })).status;
    expect(await ready()).toBe(200);
    const elsewhere = `${server.dataDir}-away`;
    await rename(server.dataDir, elsewhere);
    const later = await ready();
    await rename(elsewhere, server.dataDir);
    expect(later).toBe(status);
  },
);

test('the metrics count and time requests by their route, and watch the process', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await server.rest('GET', '/accounts/1/domains/1');
  await server.rest('GET', '/accounts/1/domains/99');
  const { text, headers } = await sendHttp(server.url, {
    path: '/metrics',
    headers: { authorization: `Bearer ${server.token}` },
  });
  expect(headers['content-type']).toContain('text/plain');
  const route = 'method="GET",route="/api/v1/accounts/:account/domains/:id"';
  expect(text).toContain(`letterhead_http_request_seconds_count{${route},status="200"} 1`);
  expect(text).toContain(`letterhead_http_request_seconds_count{${route},status="404"} 1`);
  const sum = text.match(`letterhead_http_request_seconds_sum{${route},status="200"} (.*)`)?.[1];
  expect(Number(sum)).toBeGreaterThan(0);
  expect(text).toContain(
    'letterhead_http_request_seconds_count{method="POST",route="/trpc/:path",status="200"} 1',
  );
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(text).toMatch(/^letterhead_checks_due \d+/m);
});
