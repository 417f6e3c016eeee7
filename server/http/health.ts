import type { FastifyInstance } from 'fastify';
import type { ZoneAdmin } from '../key-zone/zone-admin.ts';
import type { HttpLimits } from '../limits.ts';
import type { Store } from '../store/store.ts';
import { fromFastify, sendError } from './errors.ts';

export const LIVE_PATH = '/health/live';

/**
 * `/health/live`: the process answers. `/health/ready`: the store holds its lock and can write; and how the key zone is,
 * without which everything but new keys works. Anybody may ask, and
 * asking the store costs a durable write: its answer is repeated for `readyAge`.
 */
export function serveHealth(
  app: FastifyInstance,
  store: Pick<Store, 'ready'>,
  { readyAge }: Pick<HttpLimits, 'readyAge'>,
  keyZone: Pick<ZoneAdmin, 'status'> | null,
): void {
  const ready = repeatAnswer(() => store.ready(), readyAge);
  const ok = JSON.stringify({ status: 'ok' });
  app.get(LIVE_PATH, (_request, reply) => reply.type('application/json; charset=utf-8').send(ok));
  app.get('/health/ready', async (_request, reply) => {
    try {
      await ready();
    } catch (error) {
      return sendError(reply, fromFastify(error));
    }
    const body = keyZone === null ? ok : JSON.stringify({ status: 'ok', key_zone: describeZone(keyZone) });
    return reply.type('application/json; charset=utf-8').send(body);
  });
}

/** Nothing that tells strangers of the zone itself. */
function describeZone({ status }: Pick<ZoneAdmin, 'status'>) {
  const { waiting, lagSeconds, differences, failure } = status;
  return { ok: failure === null, waiting, lag_seconds: lagSeconds, differences };
}

/** Asks once at a time, and not again until `age` milliseconds after the answer, which is repeated meanwhile. */
function repeatAnswer(ask: () => Promise<void>, age: number): () => Promise<void> {
  let answer: Promise<void> | null = null;
  let until = 0;
  return () => {
    if (answer !== null && performance.now() < until) return answer;
    until = Number.POSITIVE_INFINITY;
    answer = ask().finally(() => {
      until = performance.now() + age;
    });
    return answer;
  };
}
