import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

/** A request that `fetch` would refuse or change. */
export interface HttpRequest {
  readonly method?: string;
  /** Sent as it is, without normalization. */
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array | undefined;
  /** Source address, any of 127.0.0.0/8. */
  readonly from?: string;
  readonly agent?: Agent;
  /** The answer is read until it contains this text; by default to its end. */
  readonly until?: RegExp;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request to the server at `url` and reads all of its answer. */
export async function sendHttp(
  url: string,
  { method = 'GET', path, headers = {}, body, from, agent, until }: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  // Node omits the length for methods that usually have no body, which would then be read as the next request.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request(
    {
      hostname,
      port,
      method,
      path,
      headers: { ...headers, ...length },
      localAddress: from,
      agent: agent ?? false,
    },
    (answer) => {
      readText(answer, until).then(
        (received) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: received }),
        reject,
      );
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** Decompresses the body. Leaving the loop closes the connection. */
async function readText(answer: IncomingMessage, until: RegExp | undefined): Promise<string> {
  let received = '';
  for await (const chunk of decoded(answer).setEncoding('utf8')) {
    received += chunk;
    if (until?.test(received) === true) break;
  }
  return received;
}

function decoded(answer: IncomingMessage): Readable {
  switch (answer.headers['content-encoding']) {
    case 'br':
      return answer.pipe(createBrotliDecompress());
    case 'gzip':
      return answer.pipe(createGunzip());
    default:
      return answer;
  }
}
