import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { SIGN_LIMITS } from '../../server/limits.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { longestStretch } from '../security/cpu-stretch.ts';
import { addVerifiedDomain, keyRecordOf } from './sending-account.ts';

const HEAD = Buffer.from('From: a@example.org\r\nSubject: Hello\r\n\r\n');

function messageOf(octets: number): Buffer {
  const message = Buffer.alloc(octets, 'Hello, this is one more line of a long message.\r\n');
  HEAD.copy(message);
  message.write('\r\n', message.length - 2);
  return message;
}

/** Sends a message in pieces; without its length, where `isChunked`. */
async function signInPieces(
  { url, token }: TestServer,
  message: Buffer,
  { isChunked, path = '/accounts/1/sign' }: { isChunked: boolean; path?: string },
): Promise<{ status: number | undefined; body: { data?: { header: string }; code?: string } }> {
  const { promise, resolve, reject } = Promise.withResolvers<
    Parameters<typeof json>[0] & { statusCode?: number }
  >();
  const sent = request(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'message/rfc822',
      ...(isChunked ? {} : { 'content-length': message.length }),
    },
  });
  sent.on('response', resolve).on('error', reject);
  for (let at = 0; at < message.length; at += 100_000) sent.write(message.subarray(at, at + 100_000));
  sent.end();
  const answer = await promise;
  // The server ends the connection where it has not read all.
  sent.on('error', () => {});
  return { status: answer.statusCode, body: Object(await json(answer)) };
}

test.each([[true], [false]])(
  'a message of 25 MiB is signed, and one octet more is refused (chunked: %s)',
  async (isChunked) => {
    await using server = await startTestServer();
    const domain = await addVerifiedDomain(server, 'example.org');
    const message = messageOf(SIGN_LIMITS.messageBytes);
    const { status, body } = await signInPieces(server, message, { isChunked });
    expect(status).toBe(200);
    const signed = Buffer.concat([Buffer.from(body.data?.header ?? ''), message]);
    expect(await verifyWithMailauth(signed, keyRecordOf(domain))).toMatchObject({ passes: true });
    const larger = Buffer.concat([message, Buffer.from('x')]);
    const refused = await signInPieces(server, larger, { isChunked }).catch(
      (error: NodeJS.ErrnoException) => ({
        // The client was still sending when the connection ended.
        status: ['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? 413 : 0,
      }),
    );
    expect(refused.status).toBe(413);
  },
  60_000,
);

test('a message that can’t be signed is heard to its end, so that every client reads why', async () => {
  await using server = await startTestServer();
  const message = messageOf(5_000_000);
  message.write('\0', HEAD.length);
  expect(await signInPieces(server, message, { isChunked: true })).toMatchObject({
    status: 422,
    body: { code: 'not_signable', errors: { body: [expect.stringMatching(/NUL/)] } },
  });
});

test('a message is taken where one is signed, and nowhere else', async () => {
  await using server = await startTestServer();
  const refused = await signInPieces(server, messageOf(500), {
    isChunked: false,
    path: '/accounts/1/domains',
  });
  expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
});

test('a message that its sender does not end leaves nothing behind', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const { url, token } = server;
  const sent = request(`${url}/api/v1/accounts/1/sign`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'message/rfc822',
      'content-length': 1_000_000,
    },
  });
  const closed = new Promise((resolve) => sent.on('error', () => {}).on('close', resolve));
  sent.write(messageOf(100_000), () => sent.destroy());
  await closed;
  expect((await signInPieces(server, messageOf(500), { isChunked: false })).status).toBe(200);
  expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test('a message of 25 MiB of empty lines takes no stretch of the server', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const message = Buffer.alloc(SIGN_LIMITS.messageBytes, '\n');
  message.write('From: a@example.org\n\n');
  message.write('x', message.length - 2);
  const stretch = await longestStretch(async () => {
    expect((await signInPieces(server, message, { isChunked: true })).status).toBe(200);
  });
  expect(stretch).toBeLessThan(100);
}, 60_000);

test('while one account sends long messages, another account’s requests are answered', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const { id: account } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const token = await server.makeToken(['domains:read'], account);
  const message = messageOf(5_000_000);
  const sending = Promise.all(
    Array.from({ length: 4 }, () => signInPieces(server, message, { isChunked: true })),
  );
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++)
    statuses.push((await server.rest('GET', `/accounts/${account}/domains`, { token })).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect((await sending).map(({ status }) => status)).toEqual(Array(4).fill(200));
}, 60_000);
