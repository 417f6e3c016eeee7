import type { FastifyRequest } from 'fastify';

/** All that tRPC reads of a Fetch API request. */
interface ReadByTrpc extends Pick<Request, 'url' | 'method' | 'signal' | 'text'> {
  readonly headers: Pick<Headers, 'get' | 'has'>;
}

/**
 * A request as tRPC reads it. Node's own `Request`, with headers, a signal that follows another and a body that can be
 * anything, costs as much to make as a small query to answer. `body`: the text that Fastify has read, if any.
 */
export function toTrpcRequest(request: FastifyRequest, signal: AbortSignal): Request {
  const { headers } = request.raw;
  const get = (name: string): string | null => {
    const value = headers[name];
    return value === undefined ? null : String(value);
  };
  const read: ReadByTrpc = {
    // tRPC wants a whole address, and reads the path and the query of it.
    url: `http://localhost${request.url}`,
    method: request.method,
    headers: { get, has: (name) => headers[name] !== undefined },
    signal,
    text: async () => (typeof request.body === 'string' ? request.body : ''),
  };
  // See ReadByTrpc: there is no narrower type that tRPC takes.
  return read as Request;
}
