import { beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from '../security/http-request.ts';

const LIST = '/api/v1/accounts/1/domains';
const BATCH_INPUT = encodeURIComponent('{"0":{"json":{"account":1}},"1":{"json":{"account":1,"id":1}}}');
const INPUT = encodeURIComponent('{"json":{"account":1}}');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { CORS_ORIGINS: 'https://desk.example.org' } });
  for (let i = 0; i < 5; i++) {
    await server.letterhead.domains.create.mutate({ account: 1, domain: `d${i}.example.org` });
  }
  return () => server[Symbol.asyncDispose]();
});

/** `fetch` would hide what coding an answer came in. */
function get(path: string, accepted?: string, method = 'GET') {
  return sendHttp(server.url, {
    method,
    path,
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(accepted === undefined ? {} : { 'accept-encoding': accepted }),
    },
  });
}

test.each([
  LIST,
  `/trpc/domains.list?input=${INPUT}`,
  `/trpc/domains.list,domains.get?batch=1&input=${BATCH_INPUT}`,
  '/reference',
  '/openapi.json',
])(
  'a long answer of %s is compressed as its client takes it, and says that it depends on that',
  async (path) => {
    const plain = await get(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['vary']).toMatch(/\baccept-encoding\b/);
    const length = Number(plain.headers['content-length']);
    for (const [accepted, coding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
    ] as const) {
      const { status, headers, text } = await get(path, accepted);
      expect([status, headers['content-encoding']]).toEqual([200, coding]);
      expect(Number(headers['content-length'])).toBeLessThan(length);
      expect(text).toBe(plain.text);
    }
  },
);

test('what other headers an answer depends on is still said', async () => {
  expect((await get(LIST, 'br')).headers['vary']).toBe('Origin, accept-encoding');
  const { vary } = (await get(`/trpc/domains.list?input=${INPUT}`, 'br')).headers;
  expect(vary).toBe('origin, trpc-accept, accept, accept-encoding');
});

test.each([
  ['a short answer', `${LIST}/1`, 'br'],
  ['a coding that we do not have', LIST, 'zstd'],
  ['no coding at all', LIST, 'identity'],
])('%s goes out as it is', async (_what, path, accepted) => {
  expect((await get(path, accepted)).headers['content-encoding']).toBeUndefined();
});

test('a HEAD says how long the answer would be as it is', async () => {
  const { headers } = await get(LIST, 'br', 'HEAD');
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-length']).toBe((await get(LIST)).headers['content-length']);
});

test('a backup is not compressed once more', async () => {
  const { headers } = await get('/api/v1/backup', 'br');
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-type']).toBe('application/gzip');
});
