import type { FastifyReply } from 'fastify';

/** What every answer says, whatever it holds; pages say more about themselves. */
export const FIXED_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Sets the fixed headers, and the request's id, by which the log can be searched. */
export function addFixedHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers(FIXED_HEADERS).header('x-request-id', reply.request.id);
}
