import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import { startTestServer } from '../running-server.ts';
import { openSocket } from '../security/raw-socket.ts';

test('callers that go away while they are admitted hold no place of those who stay', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { letterhead, token, url } = server;
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const proof = `/accounts/1/domains/${id}/proof`;
  const stream = `/trpc/events.stream?input=${encodeURIComponent('{"json":{"account":1}}')}`;
  const type = { 'content-type': 'message/rfc822' };
  /** Sends a request and resets the connection, before or after its answer begins. */
  const leave = async (head: string, ms: number) => {
    const socket = await openSocket(url);
    socket.write(`${head}\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await sleep(ms);
    socket.resetAndDestroy();
  };
  const begun = `POST /api/v1${proof} HTTP/1.1\r\nContent-Type: message/rfc822\r\nContent-Length: 100`;
  for (let at = 0; at < 3 * ACCOUNT_LIMITS.streamsPerToken; at++) {
    await leave(begun, at % 4);
    await leave(`GET ${stream} HTTP/1.1\r\nAccept: text/event-stream`, at % 4);
  }
  const prove = () => server.rest('POST', proof, { headers: type, body: 'From: a@example.org\r\n\r\n' });
  await expect.poll(async () => (await prove()).status, { timeout: 5_000 }).toBe(200);
  const follow = async () => {
    const { status, body } = await fetch(url + stream, { headers: { authorization: `Bearer ${token}` } });
    await body?.cancel();
    return status;
  };
  await expect.poll(follow, { timeout: 5_000 }).toBe(200);
});
