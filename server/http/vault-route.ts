import { isIPv4 } from 'node:net';
import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TokenHeader } from '../auth/admission.ts';
import type { AdmissionOf } from '../rest/rest-adapter.ts';
import type { KeyDelivery } from '../signing/key-delivery.ts';
import { VAULT_PATH } from './errors.ts';

/** Where mail servers that can ask a HashiCorp Vault (KV version 1) find a domain's keys. */
export const VAULT_ROUTE = `${VAULT_PATH}/v1/dkim/{name}` as const;

/** Headers that proxies add. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

/** Serves private keys to mail servers, whose tokens have the scope `keys:read`. */
export function serveVault(app: FastifyInstance, admissionOf: AdmissionOf, delivery: KeyDelivery): void {
  app.route<{ Params: { name: string } }>({
    method: 'GET',
    url: VAULT_ROUTE.replace('{name}', ':name'),
    // A HEAD would count as a delivery, and deliver nothing.
    exposeHeadRoute: false,
    async handler(request, reply) {
      const identity = await admissionOf(request).admit('keys:read', () => {
        refuseOpenTransport(request);
        return null;
      });
      const keys = await delivery.deliver(identity, request.params.name);
      reply.type('application/json; charset=utf-8');
      // A reply that is returned makes Fastify listen for the end of its stream.
      return `{"data":{"selectors":[${keys.join()}]}}`;
    },
  });
}

/** Where a request has its token: in the Authorization header, or for the vault in Vault's own. */
export function tokenHeaderOf({ url, headers }: FastifyRequest): TokenHeader {
  const authorization = { name: 'authorization', value: headers.authorization } as const;
  if (!url.startsWith(`${VAULT_PATH}/`)) return authorization;
  const value = headers['x-vault-token'];
  if (value === undefined && authorization.value !== undefined) return authorization;
  return { name: 'x-vault-token', value: value?.toString() };
}

/**
 * Throws `forbidden` where somebody on the network could read the answer. A proxy on this machine has a connection from
 * here, too: what it forwards counts as it says, if it is trusted.
 */
function refuseOpenTransport(request: FastifyRequest): void {
  const isForwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
  if (isForwarded ? request.protocol === 'https' : isLoopback(request.socket.remoteAddress ?? '')) return;
  throw new LetterheadError(
    'forbidden',
    'Private keys are given out over loopback, or behind a trusted proxy (TRUST_PROXY) that was asked over https. Use one of the two.',
  );
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
