import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { AdmissionOf } from '../rest/rest-adapter.ts';

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
export function serveMetrics(app: FastifyInstance, metrics: Metrics, admissionOf: AdmissionOf): void {
  app.get('/metrics', async (request, reply) => {
    await admissionOf(request).admit('admin', () => null);
    const { text, contentType } = await metrics.render();
    return reply.type(contentType).send(text);
  });
}
