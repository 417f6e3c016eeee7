import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { ID_PATTERN, LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from './errors.ts';

/** What every answer says, whatever it holds; pages say more about themselves. */
const FIXED_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** What paths answer to. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Sets the fixed headers, and the request's id, by which the log can be searched. */
export function addFixedHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers(FIXED_HEADERS).header('x-request-id', reply.request.id);
}

/** Examines a request as it arrives. Returns the error to refuse it with, or null. */
export type RequestGuard = (request: FastifyRequest, reply: FastifyReply) => LetterheadError | null;

/** Runs the guards on every request, in order. One hook runs all, because a hook costs more than most guards. */
export function addGuards(app: FastifyInstance, guards: readonly RequestGuard[]): void {
  app.addHook('onRequest', (request, reply, done) => {
    addFixedHeaders(reply);
    for (const guard of guards) {
      const error = guard(request, reply);
      if (error === null) continue;
      sendError(reply, error);
      return;
    }
    done();
  });
}

/**
 * Sends the answers that one round of the event loop makes together at its end. Each write wakes the process that waits
 * for it: between two requests, the wake-ups and the code changing over took a third of the server's time.
 */
export function sendTogether(app: FastifyInstance): void {
  app.addHook('onSend', (_request, _reply, payload, done) => {
    // The errors of a stream are only heard once it is being sent.
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) setImmediate(done, null, payload);
    else done(null, payload);
  });
}

/** Makes ids of requests, which differ from those of every other start and are cheap. */
export function requestIds(): () => string {
  const start = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${start}-${count.toString(36)}`;
  };
}

/** The path and query of a whole address, which proxies may send as well (RFC 9112, section 3.2.2). */
export function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const [, path] = /^https?:\/\/[^/?]*(.*)$/i.exec(url) ?? [];
  if (path === undefined) return url;
  return path.startsWith('/') ? path : `/${path}`;
}

/** Ignores unknown expectations, as a server may (RFC 9110, section 10.1.1); Node would answer 417. */
export function ignoreExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** Whether a text is a name or an address, and perhaps a port (RFC 9110, section 7.2). */
export function isHost(text: string): boolean {
  return /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{0,5})?$/i.test(text);
}

/** Refuses with `malformed_body` a Host header that is missing, none, or there more than once (RFC 9112, section 3.2). */
export const refuseBadHost: RequestGuard = ({ raw }) => {
  const { host } = raw.headers;
  if (host === undefined ? raw.httpVersion === '1.0' : isHost(host) && isOnce(raw.rawHeaders)) return null;
  return new LetterheadError(
    'malformed_body',
    'The Host header is missing, not the name of a host, or there more than once.',
  );
};

/** Whether there is one Host header: of several, Node keeps the first, and a proxy another. `rawHeaders`: names and values in turn. */
function isOnce(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1;
}

/** Answers what is not HTTP, or not in time, in the catalogue's shape, and ends the connection. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(wholeAnswer('400 Bad Request', new LetterheadError('malformed_body', sentenceFor(error.code))));
}

/** Answers CONNECT, which makes a connection of a server that is a proxy: Node hands it to nobody else. */
export function refuseConnect(app: FastifyInstance): void {
  app.server.on('connect', (_request, socket) => {
    const error = new LetterheadError(
      'method_not_allowed',
      "CONNECT isn't supported, because this is no proxy.",
    );
    socket.on('error', () => {});
    socket.end(wholeAnswer('405 Method Not Allowed', error, { Allow: METHODS.join(', ') }), () =>
      socket.destroy(),
    );
  });
}

/** Of a connection that Fastify has no reply for; the connection ends with it. */
function wholeAnswer(
  status: string,
  error: LetterheadError,
  headers: Readonly<Record<string, string>> = {},
): string {
  const body = JSON.stringify(error.toBody());
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ ...FIXED_HEADERS, ...headers }).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

function sentenceFor(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'The headers are too large: send at most 16 KiB of them.';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'The request did not arrive in time. Send it within 30 seconds.';
    default:
      return 'The request is not well-formed HTTP.';
  }
}

/** A path, with its parameters in braces, which are positive integers but for names, and a method that it answers to. */
export interface PathMethod {
  readonly path: string;
  readonly method: string;
}

/** Which methods a path answers to, for 405 and its `Allow`; none where there is nothing at the path. */
export function allowedMethods(paths: readonly PathMethod[]): (path: string) => readonly string[] {
  const patterns = paths.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  return (path) => patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
}

function patternOf(path: string): RegExp {
  const pattern = path
    .replaceAll('.', '\\.')
    .replace('{name}', '[^/]+')
    .replace(/\{\w+\}/g, ID_PATTERN.source);
  return new RegExp(`^${pattern}$`);
}
