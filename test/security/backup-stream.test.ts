import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { join } from 'node:path';
import type { NewToken } from '@letterhead/shared';
import { expect, test, vi } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

/** Larger than all socket buffers, and random, so that it does not compress. */
const EVIDENCE_BYTES = 24 * 1024 * 1024;

/** Changes that take away the right to a backup during the download. */
const endings: [string, (fixture: Fixture, token: NewToken) => Promise<unknown>][] = [
  ['is revoked', ({ server }, { id }) => server.letterhead.tokens.revoke.mutate({ account: 2, id })],
  [
    'expires',
    async ({ clock }) => {
      clock.now = new Date(clock.now.getTime() + 61_000);
    },
  ],
  [
    'loses its account to a suspension',
    ({ server }) => server.letterhead.accounts.update.mutate({ account: 2, suspended: true }),
  ],
];

interface Fixture {
  readonly server: TestServer;
  readonly clock: { now: Date };
}

test.each(endings)('a backup is cut off before its end when its token %s', async (_name, end) => {
  const clock = { now: new Date() };
  await using server = await startTestServer({ clock: () => clock.now });
  await fillFolder(server);
  const token = await makeAdmin({ server, clock });
  const backup = await openBackup(server, token.token);
  expect(backup.statusCode).toBe(200);
  await end({ server, clock }, token);
  const { bytes, isWhole } = await readAll(backup);
  expect(isWhole).toBe(false);
  expect(bytes).toBeLessThan(EVIDENCE_BYTES / 2);
});

test('a backup is a gzip of no length that is told, and says what it leaves out', async () => {
  await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  const token = await server.makeToken(['admin', 'keys:read']);
  const whole = await server.rest('GET', '/backup', { token });
  expect(whole.status).toBe(200);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-disposition': 'attachment; filename="letterhead.tar.gz"',
    'content-type': 'application/gzip',
    'letterhead-files': expect.stringMatching(/^\d+$/),
    'transfer-encoding': 'chunked',
  });
  expect(whole.headers.get('letterhead-omitted')).toBeNull();
  const { headers } = await server.rest('GET', '/backup?without_key=true', { token });
  expect(headers.get('letterhead-omitted')).toBe('secret.key');
  expect(Number(headers.get('letterhead-files'))).toBe(Number(whole.headers.get('letterhead-files')) - 1);
});

test('an administrator without the scope keys:read gets no key that opens the private keys in a backup', async () => {
  await using server = await startTestServer();
  for (const path of ['/backup', '/backup?without_key=false']) {
    const { headers } = await server.rest('GET', path);
    expect(headers.get('letterhead-omitted'), path).toBe('secret.key');
  }
});

test('a backup is refused like any operation: 405, 401, 403, 422, 429', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '7' } });
  const reader = await server.makeToken(['domains:read', 'domains:write']);
  for (const [method, path, options, status, code] of [
    ['POST', '/backup', {}, 405, 'method_not_allowed'],
    ['GET', '/backup', { token: null }, 401, 'unauthenticated'],
    ['GET', '/backup', { token: reader }, 403, 'forbidden'],
    ['GET', '/backup?without_key=perhaps', {}, 422, 'invalid'],
  ] as const) {
    const { status: actual, body } = await server.rest(method, path, options);
    expect([actual, body?.code], `${method} ${path}`).toEqual([status, code]);
  }
  expect((await fetch(`${server.url}/api/v1/backup`, { method: 'HEAD' })).status).toBe(405);
  await vi.waitFor(async () => expect((await server.rest('GET', '/backup')).status).toBe(429));
});

async function fillFolder({ letterhead, dataDir }: TestServer): Promise<void> {
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  await writeFile(
    join(dataDir, 'evidence', '1', `${id}.json`),
    JSON.stringify(randomBytes(EVIDENCE_BYTES).toString('base64')),
  );
}

async function makeAdmin({ server: { letterhead }, clock }: Fixture): Promise<NewToken> {
  await letterhead.accounts.create.mutate({ name: 'Other' });
  return letterhead.tokens.create.mutate({
    account: 2,
    name: 'Backup',
    scopes: ['admin'],
    expires_at: new Date(clock.now.getTime() + 60_000),
  });
}

/** Resolves once the answer has begun, before its body is read. */
function openBackup({ url }: TestServer, token: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { authorization: `Bearer ${token}` };
  get(`${url}/api/v1/backup?without_key=true`, { headers }, resolve).once('error', reject);
  return promise;
}

/** Reads a body to its end, or until it is cut off without the last chunk. */
async function readAll(body: IncomingMessage): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  try {
    for await (const piece of body) bytes += piece.length;
  } catch {
    return { bytes, isWhole: false };
  }
  return { bytes, isWhole: body.complete };
}
