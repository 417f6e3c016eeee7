import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/identity.ts';
import type { Metrics } from '../metrics.ts';

/** Counts and, at the level `debug`, logs every request that was answered. */
export function requestCounter(metrics: Metrics, log: FastifyBaseLogger) {
  const logs = log.level === 'debug' || log.level === 'trace';
  return (request: FastifyRequest, reply: FastifyReply, ms: number): void => {
    if (!reply.raw.headersSent) return;
    const { id, method } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    metrics.request(method, route, status, ms / 1000);
    if (logs) log.debug({ request: id, method, route, status, ms }, 'answered');
  };
}

/** Serves `/metrics` to tokens of the scope `admin`. */
export function serveMetrics(
  app: FastifyInstance,
  metrics: Metrics,
  callerOf: (request: FastifyRequest) => Caller,
): void {
  app.get('/metrics', async (request, reply) => {
    await callerOf(request).admit('admin', async () => null);
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
