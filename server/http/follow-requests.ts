import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from './gates.ts';
import { LIVE_PATH } from './health.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its answer has yet to begin. */
    isWaiting: boolean;
  }
}

export interface RequestBounds {
  /** How many requests may wait for the beginning of their answer. */
  readonly maxWaiting: number;
  /** Told of every request whose connection is done with it, and how many milliseconds after its arrival. */
  readonly ended: (request: FastifyRequest, reply: FastifyReply, ms: number) => void;
}

/**
 * Follows every request from its arrival to its end. More than `maxWaiting` are refused at once, so that a flood ends
 * in quick refusals and not in growing memory. Whether the process lives is always answered: who is busy must not be
 * taken for dead.
 */
export function followRequests(app: FastifyInstance, { maxWaiting, ended }: RequestBounds): Gate {
  let count = 0;
  const leave = (request: FastifyRequest) => {
    if (!request.isWaiting) return;
    request.isWaiting = false;
    count -= 1;
  };
  app.decorateRequest('isWaiting', false);
  app.addHook('onSend', (request, _reply, payload, done) => {
    leave(request);
    done(null, payload);
  });
  return (request, reply) => {
    const arrival = performance.now();
    // One listener for all that there is to do at the end: it also comes to clients that go away unanswered.
    reply.raw.on('close', () => {
      leave(request);
      ended(request, reply, performance.now() - arrival);
    });
    if (count >= maxWaiting && request.routeOptions.url !== LIVE_PATH) return tooBusy();
    count += 1;
    request.isWaiting = true;
    return null;
  };
}

function tooBusy(): LetterheadError {
  return new LetterheadError('unavailable', 'Letterhead has more to do than it can. Try again in a moment.', {
    retryAfter: 1,
  });
}
