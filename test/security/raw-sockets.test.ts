import { once } from 'node:events';
import { ErrorBodySchema } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import type { RawAnswer } from './raw-socket.ts';
import { exchange, openSocket, parseAnswers, readToEnd } from './raw-socket.ts';

const CRLF = '\r\n';
const HOST = 'Host: localhost';
const LAST = 'Connection: close';

function lines(...text: string[]): string {
  return [...text, '', ''].join(CRLF);
}

function expectRefusal(answer: RawAnswer | undefined, status: number): void {
  expect(answer?.status).toBe(status);
  const body = ErrorBodySchema.strict().parse(JSON.parse(answer?.body ?? ''));
  expect(body.message).toMatch(/^[A-Z].*[.…]$/);
  expect(answer?.head).toMatch(/^cache-control: no-store$/im);
  expect(answer?.head).toMatch(/^x-content-type-options: nosniff$/im);
  expect(answer?.head).not.toMatch(/^(?:server|x-powered-by):/im);
}

describe('what is no HTTP is refused in the catalogue’s shape, and the connection ends', () => {
  const get = 'GET /api/v1/token HTTP/1.1';
  const post = 'POST /api/v1/accounts HTTP/1.1';
  const broken: [string, string | Uint8Array][] = [
    ['a word', lines('hello')],
    ['a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
    ['HTTP/2’s preface', lines('PRI * HTTP/2.0', '', 'SM')],
    ['a version that there is none of', lines('GET / HTTP/9.9', HOST)],
    ['a method of nobody’s', lines('BREW / HTTP/1.1', HOST)],
    ['a method in lower case', lines('get / HTTP/1.1', HOST)],
    ['no path', lines('GET HTTP/1.1', HOST)],
    ['a path with a byte that is no ASCII', Buffer.from(lines('GET /\u00b2 HTTP/1.1', HOST), 'latin1')],
    ['a line feed alone', `${get}\n${HOST}\n\n`],
    ['a header without a colon', lines(get, HOST, 'X')],
    ['a header without a name', lines(get, HOST, ': x')],
    ['a blank before the colon', lines(get, HOST, 'X : y')],
    ['a NUL in a header', lines(get, HOST, 'X: a\0b')],
    ['a carriage return in a header', lines(get, HOST, 'X: a\rb')],
    ['a folded header', lines(get, HOST, 'X: a', ' b')],
    ['no Host', lines(get, LAST)],
    ['two Hosts', lines(get, HOST, 'host: other.example', LAST)],
    ['a Host with a user in it', lines(get, 'Host: a:b@c', LAST)],
    ['a Host with a path in it', lines(get, 'Host: localhost/x', LAST)],
    ['a Host with blanks in it', lines(get, 'Host: a b', LAST)],
    ['a Host that is longer than a name can be', lines(get, `Host: ${'a'.repeat(256)}`, LAST)],
    ['headers of 20 KiB', lines(get, HOST, `X: ${'x'.repeat(20_480)}`)],
    ['a path of 20 KiB', lines(`GET /${'x'.repeat(20_480)} HTTP/1.1`, HOST)],
    ['a query of 20 KiB', lines(`GET /api/v1/token?${'x'.repeat(20_480)} HTTP/1.1`, HOST)],
    ['a thousand headers', lines(get, HOST, ...Array<string>(1000).fill('X: 0123456789abcdef'))],
    ['a length that is none', lines(post, HOST, 'Content-Length: x')],
    ['a length below zero', lines(post, HOST, 'Content-Length: -1')],
    ['a length with a sign', lines(post, HOST, 'Content-Length: +1')],
    ['a length past all numbers', lines(post, HOST, `Content-Length: ${'9'.repeat(40)}`)],
    ['two lengths', lines(post, HOST, 'Content-Length: 1', 'Content-Length: 2')],
    ['a list of lengths', lines(post, HOST, 'Content-Length: 1, 2')],
  ];
  test.each(broken)(
    'bytes that are not HTTP are refused in the shape of the catalogue, and the connection ends: %s',
    async (_name, said) => {
      await using server = await startTestServer();
      const answers = parseAnswers(await exchange(server.url, said));
      expect(answers).toHaveLength(1);
      expectRefusal(answers[0], 400);
      expect((await server.rest('GET', '/token')).status).toBe(200);
    },
  );
});

describe('a request that is smuggled in another’s body is not served', () => {
  const smuggled = (token: string) =>
    lines('GET /api/v1/token HTTP/1.1', HOST, `Authorization: Bearer ${token}`, LAST);
  const post = (...headers: string[]) =>
    lines('POST /api/v1/accounts HTTP/1.1', HOST, 'Content-Type: application/json', ...headers);
  const ways: [string, (inner: string) => string][] = [
    [
      'length and chunks',
      (inner) => `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'chunks and length',
      (inner) => `${post('Transfer-Encoding: chunked', 'Content-Length: 5')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'chunks, misspelt',
      (inner) => `${post('Transfer-Encoding: xchunked', 'Content-Length: 5')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'chunks, with a tab',
      (inner) => `${post('Transfer-Encoding:\tchunked', 'Content-Length: 5')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'chunks, and something after',
      (inner) => `${post('Transfer-Encoding: chunked, identity')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'chunks said twice',
      (inner) =>
        `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'a blank after the name',
      (inner) => `${post('Transfer-Encoding : chunked', 'Content-Length: 5')}0${CRLF}${CRLF}${inner}`,
    ],
    ['a chunk of no size', (inner) => `${post('Transfer-Encoding: chunked')}x${CRLF}${CRLF}${inner}`],
    [
      'a chunk past all sizes',
      (inner) => `${post('Transfer-Encoding: chunked')}FFFFFFFFFFFFFFFFF${CRLF}${CRLF}${inner}`,
    ],
    [
      'a chunk that is longer than it says',
      (inner) => `${post('Transfer-Encoding: chunked')}1${CRLF}xyz${CRLF}0${CRLF}${CRLF}${inner}`,
    ],
    [
      'a length with something before',
      (inner) => `${post('Content-Length: 0', ' Content-Length: 5')}${inner}`,
    ],
  ];
  test.each(ways)(
    'a request that is smuggled in the body of another is not served: %s',
    async (_name, wrap) => {
      await using server = await startTestServer();
      const received = await exchange(server.url, wrap(smuggled(server.token)));
      for (const answer of parseAnswers(received)) {
        expect([400, 401]).toContain(answer.status);
        expectRefusal(answer, answer.status);
      }
      expect(received).not.toContain('First token');
    },
  );

  test('an honest body that looks like a request is read as a body', async () => {
    await using server = await startTestServer();
    const inner = smuggled(server.token);
    const headers = [`Authorization: Bearer ${server.token}`, `Content-Length: ${inner.length}`, LAST];
    const answers = parseAnswers(await exchange(server.url, post(...headers) + inner));
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });
});

test('a hundred requests on one connection are answered in their order', async () => {
  await using server = await startTestServer();
  const paths = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? '/health/live' : '/nowhere'));
  const said = paths.map((path, i) => lines(`GET ${path} HTTP/1.1`, HOST, ...(i === 99 ? [LAST] : [])));
  const answers = parseAnswers(await exchange(server.url, said.join('')));
  expect(answers.map(({ status }) => status)).toEqual(paths.map((path) => (path === '/nowhere' ? 404 : 200)));
});

describe('odd but honest', () => {
  const asked: [string, string[], number][] = [
    ['HTTP/1.0 without a Host', ['GET /health/live HTTP/1.0'], 200],
    ['a Host that is an IPv6 address', ['GET /health/live HTTP/1.1', 'Host: [::1]:3000', LAST], 200],
    ['an expectation of nobody’s', ['GET /health/live HTTP/1.1', HOST, 'Expect: miracles', LAST], 200],
    [
      'a wish for a WebSocket',
      ['GET /health/live HTTP/1.1', HOST, 'Upgrade: websocket', 'Connection: Upgrade, close'],
      200,
    ],
    ['a path of the root alone', ['OPTIONS * HTTP/1.1', HOST, LAST], 404],
    ['a path that climbs', ['GET /api/v1/../../../etc/passwd HTTP/1.1', HOST, LAST], 404],
    ['a path that climbs in disguise', ['GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1', HOST, LAST], 404],
    ['a page that climbs', ['GET /assets/..%2f..%2f..%2fpackage.json HTTP/1.1', HOST, LAST], 404],
    ['an address in place of a path', ['GET http://localhost/health/live?x HTTP/1.1', HOST, LAST], 200],
    ['an address with a user in it', ['GET http://a:b@c/trpc/tokens.current HTTP/1.1', HOST, LAST], 401],
    ['a trace', ['TRACE /api/v1/token HTTP/1.1', HOST, LAST], 405],
  ];
  test.each(asked)('an unusual request gets its proper status: %s', async (_name, said, status) => {
    await using server = await startTestServer();
    const answers = parseAnswers(await exchange(server.url, lines(...said)));
    expect(answers.map((answer) => answer.status)).toEqual([status]);
  });

  test('CONNECT opens no tunnel, is told so, and its connection ends', async () => {
    await using server = await startTestServer();
    const received = await exchange(server.url, lines('CONNECT example.org:443 HTTP/1.1', HOST));
    const [answer, ...more] = parseAnswers(received);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ status: 405, head: expect.stringMatching(/^Allow: GET, HEAD, /m) });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'method_not_allowed' });
  });

  test('a client that waits with its body is not told to go on when it may not send it', async () => {
    await using server = await startTestServer();
    const said = lines(
      'POST /api/v1/accounts HTTP/1.1',
      HOST,
      'Expect: 100-continue',
      'Content-Length: 9',
      LAST,
    );
    const answers = parseAnswers(await exchange(server.url, said));
    expectRefusal(answers.at(-1), 401);
  });
});

describe('a connection that its client has ended', () => {
  test('a connection that its client has half-closed still carries the answer', async () => {
    await using server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.end(lines('GET /health/live HTTP/1.1', HOST));
    expect(parseAnswers(await readToEnd(socket)).map(({ status }) => status)).toEqual([200]);
  });

  test('a connection that its client has half-closed ends when only half was asked', async () => {
    await using server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.end('GET /health/li');
    expectRefusal(parseAnswers(await readToEnd(socket))[0], 400);
  });

  test('a connection that its client closes within a body is not reported as our error', async () => {
    await using server = await startTestServer();
    for (const [path, type] of [
      ['/api/v1/accounts/1/domains', 'application/x-www-form-urlencoded'],
      ['/trpc/domains.create', 'application/json'],
    ]) {
      const socket = await openSocket(server.url);
      socket.write(
        lines(
          `POST ${path} HTTP/1.1`,
          HOST,
          `Authorization: Bearer ${server.token}`,
          `Content-Type: ${type}`,
          'Content-Length: 100',
          'Expect: 100-continue',
        ),
      );
      // The body is asked for: it is being read.
      await once(socket, 'data');
      socket.destroy();
    }
    // What comes later is answered later.
    for (let i = 0; i < 3; i++) await fetch(`${server.url}/health/live`);
    expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});
