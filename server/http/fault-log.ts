import type { LetterheadError } from '@letterhead/shared';
import type { FastifyRequest } from 'fastify';
import { isFault } from '../router/refusals.ts';

/** Logs in full what a caller is told nothing of. */
export function logFault(request: FastifyRequest, refusal: LetterheadError): void {
  if (isFault(refusal)) request.log.error({ request: request.id, err: refusal.cause }, refusal.message);
}
