import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import { LIVE_PATH } from './health.ts';
import { sendRefusal } from './refusal-reply.ts';

/**
 * Refuses at once what can only wait, so that a flood ends in quick refusals and not in growing memory: more than
 * `maxWaiting` requests do not wait for the beginning of their answer. Whether the process lives is always answered:
 * who is busy must not be taken for dead.
 */
export function refuseOverload(app: FastifyInstance, maxWaiting: number): void {
  const waiting = new WeakSet<object>();
  let count = 0;
  const leave = (request: object) => {
    if (waiting.delete(request)) count -= 1;
  };
  app.addHook('onRequest', (request, reply, done) => {
    if (count >= maxWaiting && request.routeOptions.url !== LIVE_PATH) {
      sendRefusal(
        reply,
        new LetterheadError('unavailable', 'Letterhead has more to do than it can. Try again in a moment.', {
          retryAfter: 1,
        }),
      );
      return;
    }
    count += 1;
    waiting.add(request);
    // A client that goes away before it is answered gets no onSend.
    reply.raw.once('close', () => leave(request));
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    leave(request);
    done(null, payload);
  });
}
