import { readdir } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import { SNAPSHOT_PREFIX } from '../../server/store/json/disk/data-folder.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { OpenStream } from './event-stream.ts';
import { openEventStream } from './event-stream.ts';
import { sendHttp } from './http-request.ts';

const { streamsPerToken: MAX_STREAMS } = ACCOUNT_LIMITS;

test('one token can hold 20 streams open, and one more when it closes one', async () => {
  await using server = await startTestServer();
  const [token, other] = [await server.makeToken(['domains:read']), await server.makeToken(['domains:read'])];
  const streams: OpenStream[] = [];
  for (let i = 0; i < MAX_STREAMS; i++) streams.push(await openEventStream(server.url, token));
  const tooMany = await openEventStream(server.url, token);
  expect(tooMany.status).toBe(429);
  expect(Number(tooMany.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await tooMany.ended()).toContain('"code":"rate_limited"');
  expect((await openEventStream(server.url, other)).status).toBe(200);
  streams[0]?.close();
  await vi.waitFor(async () => expect((await openEventStream(server.url, token)).status).toBe(200), {
    timeout: 15_000,
  });
});

test('one account can hold 60 streams open, however many tokens it has', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const open = async (account: number, count: number) => {
    const token = await server.makeToken(['domains:read'], account);
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push((await openEventStream(server.url, token, account)).status);
    return statuses;
  };
  for (let i = 0; i < 3; i++) expect(await open(id, MAX_STREAMS)).toEqual(Array(MAX_STREAMS).fill(200));
  expect(await open(id, 1)).toEqual([429]);
  expect(await open(1, 1)).toEqual([200]);
});

test('a path that is percent-encoded twice does not reach a stream', async () => {
  await using server = await startTestServer();
  const input = encodeURIComponent('{"json":{"account":1}}');
  const { status } = await sendHttp(server.url, {
    path: `/trpc/events%252Estream?input=${input}`,
    headers: { authorization: `Bearer ${server.token}` },
    until: /listening/,
  });
  expect(status).toBe(404);
});

test('a stream is cut at once when the server stops, whatever its listener accepts', {
  // Other requests in flight are awaited for 7 s.
  timeout: 6000,
}, async () => {
  const server = await startTestServer();
  const input = encodeURIComponent('{"json":{"account":1}}');
  const { body } = await fetch(`${server.url}/trpc/events.stream?input=${input}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const reader = body?.getReader();
  await reader?.read();
  await server[Symbol.asyncDispose]();
});

test('a stream that is refused, or ends, is not counted', async () => {
  await using server = await startTestServer();
  const token = await server.makeToken(['domains:read']);
  for (let i = 0; i <= MAX_STREAMS; i++) {
    expect(await (await openEventStream(server.url, token, 2)).ended()).toContain('"code":"forbidden"');
  }
  expect((await openEventStream(server.url, token)).status).toBe(200);
});

/** Changes that end a token's right to a stream of account 2. */
const endings: [string, (server: TestServer, token: number) => Promise<unknown>, string][] = [
  [
    'is revoked',
    ({ letterhead }, id) => letterhead.tokens.revoke.mutate({ account: 2, id }),
    'unauthenticated',
  ],
  [
    'loses its account to a suspension',
    ({ letterhead }) => letterhead.accounts.update.mutate({ account: 2, suspended: true }),
    'forbidden',
  ],
  ['loses its account', ({ letterhead }) => letterhead.accounts.delete.mutate({ account: 2 }), 'not_found'],
];

test.each(endings)('a stream ends when its token %s', async (_name, end, code) => {
  await using server = await startTestServer();
  await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const token = await makeToken(server);
  const stream = await openEventStream(server.url, token.token, 2);
  await stream.said('account.created');
  await end(server, token.id);
  const told = await stream.ended();
  expect(told).toContain(`"code":"${code}"`);
  expect(told).not.toMatch(/token\.revoked|account\.suspended/);
});

test('a stream sends nothing more once its token has expired', async () => {
  const clock = { now: new Date() };
  await using server = await startTestServer({ clock: () => clock.now });
  await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const { token } = await makeToken(server, new Date(clock.now.getTime() + 60_000));
  const stream = await openEventStream(server.url, token, 2);
  await stream.said('account.created');
  clock.now = new Date(clock.now.getTime() + 61_000);
  await server.letterhead.domains.create.mutate({ account: 2, domain: 'secret.example' });
  const told = await stream.ended();
  expect(told).toContain('"code":"unauthenticated"');
  expect(told).not.toContain('secret.example');
});

test('a stream past the rate limit of its token is refused over HTTP, so that its client tries again', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '2' } });
  const token = await server.makeToken(['domains:read']);
  for (let i = 0; i < 2; i++) expect((await openEventStream(server.url, token)).status).toBe(200);
  const refused = await openEventStream(server.url, token);
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
});

test('a listener that goes away at any moment leaves no subscription behind', async () => {
  await using server = await startTestServer();
  for (let after = 0; after < 20; after++) {
    const abort = new AbortController();
    const { body } = await fetch(`${server.url}/api/v1/backup`, {
      headers: { authorization: `Bearer ${server.token}` },
      signal: abort.signal,
    });
    const reader = body?.getReader();
    for (let read = 0; read < after % 4; read++) await reader?.read();
    abort.abort();
    // Vitest fails on an unhandled rejection, which would crash a server.
    expect((await server.rest('GET', '/token')).status).toBe(200);
  }
  await vi.waitFor(
    async () => expect((await readdir(server.dataDir)).join()).not.toContain(SNAPSHOT_PREFIX),
    {
      timeout: 15_000,
    },
  );
});

function makeToken({ letterhead }: TestServer, expires_at: Date | null = null) {
  return letterhead.tokens.create.mutate({
    account: 2,
    name: 'Listener',
    scopes: ['domains:read'],
    expires_at,
  });
}
