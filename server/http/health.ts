import type { FastifyInstance } from 'fastify';
import type { Store } from '../store/store.ts';
import { refusalOf, sendRefusal } from './refusal-reply.ts';

export const LIVE_PATH = '/health/live';

/** `/health/live`: the process answers. `/health/ready`: the store holds its lock and can write. */
export function serveHealth(app: FastifyInstance, store: Pick<Store, 'ready'>): void {
  const ok = JSON.stringify({ status: 'ok' });
  app.get(LIVE_PATH, (_request, reply) => reply.type('application/json; charset=utf-8').send(ok));
  app.get('/health/ready', async (_request, reply) => {
    try {
      await store.ready();
    } catch (error) {
      return sendRefusal(reply, refusalOf(error));
    }
    return reply.type('application/json; charset=utf-8').send(ok);
  });
}
