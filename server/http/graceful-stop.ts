import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { shuttingDown } from '../shutting-down.ts';
import type { RequestGuard } from './protocol.ts';
import { whenClosed } from './when-closed.ts';

/** What is still in flight after this long is cut off, so that a stop ends within 10 s. */
const PATIENCE_MS = 7_000;

/** From the moment that `stopping` is aborted, new requests get a 503 that says so. */
export function refuseWhenStopping(stopping: AbortSignal): RequestGuard {
  return (_request, reply) => {
    if (!stopping.aborted) return null;
    reply.header('connection', 'close');
    return shuttingDown();
  };
}

/**
 * Returns a function that registers a stream, which is cut off when `stopping` is aborted: a stop cannot wait for its end.
 * Its client takes that for a lost connection, and resumes with the next server.
 */
export function cutStreamsWhenStopping(stopping: AbortSignal): (stream: ServerResponse) => void {
  const streams = new Set<ServerResponse>();
  stopping.addEventListener('abort', () => {
    for (const stream of streams) stream.destroy();
  });
  return (stream) => {
    streams.add(stream);
    whenClosed(stream, () => streams.delete(stream));
  };
}

/** Stops accepting, waits for what is in flight, and cuts off what doesn't end. */
export async function stopGracefully(app: FastifyInstance): Promise<void> {
  const closed = app.close();
  await Promise.race([closed, sleep(PATIENCE_MS, undefined, { ref: false })]);
  app.server.closeAllConnections();
  await closed;
}
