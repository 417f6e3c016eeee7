import { invalidField, LetterheadError } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import type { Dns } from '../dns/outcome.ts';
import { FairSemaphore } from '../fair-semaphore.ts';
import { PROOF_LIMITS, SIGN_LIMITS } from '../limits.ts';
import { envelope } from '../rest/envelope.ts';
import { PROOF_OPERATION } from '../rest/proof-operation.ts';
import { type AdmissionOf, admittedRoute, identityOf } from '../rest/rest-adapter.ts';
import type { Services } from '../router/context.ts';
import { loadAccount } from '../router/procedures.ts';
import { proveByMail } from '../signing/proof.ts';
import { whenClosed } from './when-closed.ts';

export interface ProofRouteOptions {
  readonly admissionOf: AdmissionOf;
  readonly services: Services;
  readonly dns: Dns;
}

/** Serves the proof by a message. One that is not to be judged now is not read. */
export function serveProof(app: FastifyInstance, { admissionOf, services, dns }: ProofRouteOptions): void {
  const underWay = new FairSemaphore<number>(PROOF_LIMITS.underWay);
  const { onRequest, ...route } = admittedRoute(admissionOf, PROOF_OPERATION);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('message/rfc822', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.route<{ Params: Record<string, string> }>({
    ...route,
    bodyLimit: SIGN_LIMITS.messageBytes,
    async onRequest(request, reply) {
      const answered = await onRequest(request, reply);
      if (answered !== undefined) return answered;
      const account = Number(request.params['account']);
      if (!underWay.tryAcquire(account)) throw busy();
      whenClosed(reply.raw, () => underWay.release(account));
      return undefined;
    },
    async handler(request, reply) {
      const caller = { identity: identityOf(request), services };
      const account = await loadAccount(caller, Number(request.params['account']));
      const domain = await services.domains.get(account, Number(request.params['id']));
      const message = request.body;
      if (!Buffer.isBuffer(message))
        throw invalidField('message', 'Send the source of a message that arrived.');
      const proof = await proveByMail(dns, domain, message);
      return reply.type('application/json; charset=utf-8').send(await envelope(proof, undefined));
    },
  });
}

function busy(): LetterheadError {
  return new LetterheadError('rate_limited', 'Another message is being judged. Try again in a few seconds.', {
    retryAfter: 5,
  });
}
