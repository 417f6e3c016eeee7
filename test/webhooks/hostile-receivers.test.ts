import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { answerWith, startReceiver } from './receiver.ts';

const ENVIRONMENT = { WEBHOOK_ALLOW_PRIVATE: 'true' };

async function addWebhook(server: TestServer, url: string): Promise<string> {
  const { body } = await server.rest('POST', '/accounts/1/webhooks', { json: { url } });
  return `/accounts/1/webhooks/${body.data.id}`;
}

async function sendTest(server: TestServer, path: string) {
  return (await server.rest('POST', `${path}/test`)).body.data;
}

/** A TCP server that answers every connection with the same bytes once it has been asked. */
async function startRawServer(respond: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => respond(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a redirect is not followed, and is a failure', async () => {
  await using target = await startReceiver();
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: ENVIRONMENT });
  receiver.answer = answerWith(307, { location: target.url });
  const path = await addWebhook(server, receiver.url);
  expect(await sendTest(server, path)).toMatchObject({
    status: 307,
    delivered: false,
    error: expect.stringMatching(/^It answered 307: redirects are not followed/),
  });
  expect(target.received).toEqual([]);
});

test('an endpoint that is gone is disabled, whatever else its answer says twice', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: ENVIRONMENT });
  receiver.answer = (response) => response.setHeader('retry-after', ['5', '7']).writeHead(410).end();
  const path = await addWebhook(server, receiver.url);
  expect(await sendTest(server, path)).toMatchObject({ status: 410, error: 'It answered 410.' });
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await expect
    .poll(async () => (await server.rest('GET', path)).body.data)
    .toMatchObject({ enabled: false, disabled_reason: 'gone' });
});

test('of an answer that does not end, no more than 64 KB are read, and the first 1 KB is kept', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  let sent = 0;
  await using endless = await startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n');
    const chunk = Buffer.alloc(16_384, 'x');
    const write = () => {
      while (!socket.destroyed && sent < 1_000_000_000) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', write);
    write();
  });
  const delivery = await sendTest(server, await addWebhook(server, endless.url));
  expect(delivery).toMatchObject({ status: 200, delivered: true, answer: 'x'.repeat(1024) });
  // What the system had buffered before the connection was closed.
  expect(sent).toBeLessThan(50_000_000);
});

test('an answer that is cut off half way, or is none, is a failure that says so', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using half = await startRawServer((socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
  });
  await using closed = await startRawServer((socket) => socket.destroy());
  await using nonsense = await startRawServer((socket) => socket.end('SSH-2.0-nonsense\r\n'));
  await using headers = await startRawServer((socket) => {
    socket.end(`HTTP/1.1 200 OK\r\n${'x-filler: filler\r\n'.repeat(10_000)}\r\n`);
  });
  const https = nonsense.url.replace('http:', 'https:');
  for (const [url, error] of [
    [half.url, 'The connection was closed before the answer had ended.'],
    [closed.url, 'The connection was closed before the answer had ended.'],
    [nonsense.url, 'The answer is not HTTP.'],
    [headers.url, 'The headers of its answer are too long.'],
    [https, expect.stringMatching(/^There is no TLS at this port/)],
  ])
    expect(await sendTest(server, await addWebhook(server, url))).toMatchObject({
      status: null,
      delivered: false,
      answer: '',
      error,
    });
});

// Both wait for as long as an attempt may take.
test.concurrent('an endpoint that is away or does not answer keeps no event from another, nor the server from its end', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using silent = await startRawServer(() => {});
  await addWebhook(server, silent.url);
  const away = await addWebhook(server, 'http://127.0.0.1:1/');
  await addWebhook(server, receiver.url);
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'a.example' });
  const received = await receiver.until(2);
  expect(received.at(-1)?.payload.type).toBe('domain.created');
  expect(await sendTest(server, away)).toMatchObject({ error: 'The connection was refused.' });
});

test.concurrent('an answer that does not come, or not to its end, is given up after 15 seconds', {
  timeout: 40_000,
}, async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using silent = await startRawServer(() => {});
  await using stalling = await startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
  });
  const paths = [await addWebhook(server, silent.url), await addWebhook(server, stalling.url)];
  for (const delivery of await Promise.all(paths.map((path) => sendTest(server, path))))
    expect(delivery).toMatchObject({
      status: null,
      delivered: false,
      error: 'It did not answer within 15 seconds.',
    });
});

test('an account waits for two deliveries at once, and a third is refused', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  const asked: Socket[] = [];
  await using silent = await startRawServer((socket) => asked.push(socket));
  const path = await addWebhook(server, silent.url);
  const tests = [sendTest(server, path), sendTest(server, path)];
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  const refused = await server.rest('POST', `${path}/test`);
  expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  for (const socket of asked) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  expect((await Promise.all(tests)).map(({ status }) => status)).toEqual([204, 204]);
});
