import type { Agent, IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request that `fetch` would not send as it stands. */
export interface HttpRequest {
  readonly method?: string;
  /** Sent as it is: not normalised, and with whatever it holds. */
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array | undefined;
  /** The address of this machine that it comes from: any of 127.0.0.0/8. */
  readonly from?: string;
  readonly agent?: Agent;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request to the server at `url` and reads all of its answer. */
export async function sendHttp(
  url: string,
  { method = 'GET', path, headers = {}, body, from, agent }: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  // Node leaves the length out where a method usually has no body, which then is taken for the next request.
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
      text(answer).then(
        (received) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: received }),
        reject,
      );
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
