import type { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addFixedHeaders } from './fixed-headers.ts';
import { sendRefusal } from './refusal-reply.ts';

/** Looks at a request as it arrives. What it gives back is why the request goes no further. */
export type Gate = (request: FastifyRequest, reply: FastifyReply) => LetterheadError | null;

/** Sends every request through the gates, in their order. In one hook, for a hook costs more than most gates do. */
export function passGates(app: FastifyInstance, gates: readonly Gate[]): void {
  app.addHook('onRequest', (request, reply, done) => {
    addFixedHeaders(reply);
    for (const gate of gates) {
      const refusal = gate(request, reply);
      if (refusal === null) continue;
      sendRefusal(reply, refusal);
      return;
    }
    done();
  });
}
