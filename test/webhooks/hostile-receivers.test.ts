import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';
import { makeCertificate } from '../postgres/tls-server.ts';
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

/** A TCP server that begins its answer so, and goes on with the same bytes for as long as they are taken. */
async function startEndlessServer(beginning: string, repeated: string) {
  const sent = { octets: 0 };
  const chunk = Buffer.from(repeated.repeat(Math.ceil(16_384 / repeated.length)));
  const server = await startRawServer((socket) => {
    socket.write(beginning);
    const write = () => {
      while (!socket.destroyed && sent.octets < 1_000_000_000) {
        sent.octets += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', write);
    write();
  });
  return Object.assign(server, { sent });
}

/** What the system has buffered before a connection is closed. */
const BUFFERED = 50_000_000;

test('of an answer that does not end, no more than 64 KB are read, and the first 1 KB is kept', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using endless = await startEndlessServer(
    'HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n',
    'x',
  );
  const delivery = await sendTest(server, await addWebhook(server, endless.url));
  expect(delivery).toMatchObject({ status: 200, delivered: true, answer: 'x'.repeat(1024) });
  expect(endless.sent.octets).toBeLessThan(BUFFERED);
});

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

test.each([
  ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['empty lines before it', '', '\r\n'],
  ['the extension of a chunk', `${CHUNKED}1;`, 'a'],
  ['the length of a chunk', CHUNKED, '0'],
  ['trailers', `${CHUNKED}0\r\n`, 'x: y\r\n'],
])('an answer that does not end in %s is given up', async (_, beginning, repeated) => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using endless = await startEndlessServer(beginning, repeated);
  const delivery = await sendTest(server, await addWebhook(server, endless.url));
  expect(delivery).toMatchObject({ status: null, delivered: false });
  expect(delivery.error).toMatch(/too long\.$/);
  expect(endless.sent.octets).toBeLessThan(BUFFERED);
});

test('an endpoint is not offered HTTP/2, of whose frames nothing bounds how many are read', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  const offered: string[][] = [];
  const ALPNCallback = ({ protocols }: { protocols: string[] }) => {
    offered.push(protocols);
    return undefined;
  };
  const endpoint = createTlsServer({ ...makeCertificate(), ALPNCallback }).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  await sendTest(server, await addWebhook(server, `https://127.0.0.1:${addressOf(endpoint).port}/`));
  endpoint.close();
  expect(offered).toEqual([['http/1.1']]);
});

test('an answer in the smallest chunks is read like any other', async () => {
  await using server = await startTestServer({ environment: ENVIRONMENT });
  await using endless = await startEndlessServer(CHUNKED, '1\r\nx\r\n');
  const delivery = await sendTest(server, await addWebhook(server, endless.url));
  expect(delivery).toMatchObject({ status: 200, delivered: true, answer: 'x'.repeat(1024) });
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
  await using binary = await startRawServer((socket) => socket.end(Buffer.alloc(64)));
  const https = nonsense.url.replace('http:', 'https:');
  for (const [url, error] of [
    [half.url, 'The connection was closed before the answer had ended.'],
    [closed.url, 'The connection was closed before the answer had ended.'],
    [nonsense.url, 'The answer is not HTTP.'],
    [binary.url, 'The answer is not HTTP.'],
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
