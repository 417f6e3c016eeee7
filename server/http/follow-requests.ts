import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LIVE_PATH } from './health.ts';
import { sendRefusal } from './refusal-reply.ts';

export interface RequestBounds {
  /** How many requests may wait for the beginning of their answer. */
  readonly maxWaiting: number;
  /** Told of every request whose connection is done with it. */
  readonly ended: (request: FastifyRequest, reply: FastifyReply) => void;
}

/**
 * Follows every request from its arrival to its end. More than `maxWaiting` are refused at once, so that a flood ends
 * in quick refusals and not in growing memory. Whether the process lives is always answered: who is busy must not be
 * taken for dead.
 */
export function followRequests(app: FastifyInstance, { maxWaiting, ended }: RequestBounds): void {
  const waiting = new WeakSet<object>();
  let count = 0;
  const leave = (request: object) => {
    if (waiting.delete(request)) count -= 1;
  };
  app.addHook('onRequest', (request, reply, done) => {
    // One listener for all that there is to do at the end: it also comes to clients that go away unanswered.
    reply.raw.once('close', () => {
      leave(request);
      ended(request, reply);
    });
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
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    leave(request);
    done(null, payload);
  });
}
