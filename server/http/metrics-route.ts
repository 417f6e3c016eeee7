import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/identity.ts';
import type { Metrics } from '../metrics.ts';

/** Counts every request that is answered; for all routes that are added afterwards. */
export function countRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.debug(
      { request: request.id, method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime },
      'answered',
    );
    done();
  });
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
