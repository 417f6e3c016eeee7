import { ERROR_CATALOGUE, LetterheadError } from '@letterhead/shared';
import { getTRPCErrorShape, transformTRPCResponse } from '@trpc/server';
import type { FastifyReply } from 'fastify';
import { errorCode } from '../errno.ts';
import { isInternalError, toApiError, toTrpcError } from '../router/errors.ts';
import { appRouter } from '../router/index.ts';
import { BODY_SIZES } from '../router/input-limits.ts';

export const TRPC_PATH = '/trpc';
export const VAULT_PATH = '/vault';

const INVALID_MEDIA_TYPE = 'FST_ERR_CTP_INVALID_MEDIA_TYPE';

/** Where internal errors are logged; pino's loggers fit. */
export interface ErrorLog {
  error(details: object, message: string): void;
}

/** Logs an internal error in full; its caller is told nothing of it. */
export function logInternalError(
  log: ErrorLog,
  { id }: { readonly id: string },
  error: LetterheadError,
): void {
  if (isInternalError(error)) log.error({ request: id, err: error.cause }, error.message);
}

/** The headers that go with an error, over REST and over tRPC. */
export function errorHeaders(error: LetterheadError): Record<string, string> {
  return {
    ...(error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(error.retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfter)) }),
  };
}

/** Answers with an error in the catalogue's shape; below /trpc and /vault in the one that their clients read. */
export function sendError(reply: FastifyReply, error: LetterheadError): FastifyReply {
  const { url } = reply.request;
  const isVault = url.startsWith(`${VAULT_PATH}/`);
  const body = isVault ? { errors: [error.message] } : error.toBody();
  return reply
    .code(ERROR_CATALOGUE[error.code].status)
    .headers(errorHeaders(error))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(url.startsWith(`${TRPC_PATH}/`) ? trpcErrorBody(error) : body));
}

/** An error as tRPC answers with it. `path`: the procedure's; undefined for what is refused before it is known. */
export function trpcErrorBody(cause: LetterheadError, path?: string): unknown {
  const config = appRouter._def._config;
  const error = toTrpcError(cause);
  const shape = { config, error, type: 'unknown', path, input: undefined, ctx: undefined } as const;
  return transformTRPCResponse(config, { error: getTRPCErrorShape(shape) });
}

/** What Fastify itself refuses, in the catalogue's words; anything else is a procedure's. */
export function fromFastify(error: unknown): LetterheadError {
  switch (errorCode(error)) {
    case INVALID_MEDIA_TYPE:
      return new LetterheadError(
        'unsupported_media_type',
        'Send the body as application/json or application/x-www-form-urlencoded, and a message to sign or to prove as message/rfc822; say so in Content-Type.',
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new LetterheadError('payload_too_large', `The body is too large: send at most ${BODY_SIZES}.`);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new LetterheadError('malformed_body', 'The body is not as long as Content-Length says.');
    // The client went away while its body was read: no fault of ours, and nobody is left to hear of it.
    case 'ECONNRESET':
      return new LetterheadError('malformed_body', 'The body ended before all of it had arrived.');
    case 'FST_ERR_BAD_URL':
      return new LetterheadError(
        'not_found',
        'There is nothing at this path: a % in it is no percent-encoding of UTF-8. Write a plain % as %25.',
      );
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new LetterheadError('not_found', 'There is nothing at this path: a part of it is too long.');
    default:
      return toApiError(error);
  }
}

/** Whether Fastify has refused a body for its type. */
export function hasUnknownType(error: unknown): boolean {
  return errorCode(error) === INVALID_MEDIA_TYPE;
}
