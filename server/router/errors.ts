import type { ErrorCode, FieldErrors } from '@letterhead/shared';
import { ERROR_CATALOGUE, LetterheadError } from '@letterhead/shared';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { BODY_SIZES } from './input-limits.ts';
import { fieldAt } from './zod-messages.ts';

/** Errors that tRPC throws before a procedure runs, by its code. */
const TRPC_ERRORS: Partial<Record<TRPCError['code'], readonly [ErrorCode, string]>> = {
  PARSE_ERROR: ['malformed_body', 'The request does not parse. Send the JSON that a tRPC client sends.'],
  BAD_REQUEST: ['malformed_body', 'The request does not parse. Send the JSON that a tRPC client sends.'],
  NOT_FOUND: ['not_found', 'There is no such procedure.'],
  METHOD_NOT_SUPPORTED: ['method_not_allowed', 'Use GET for queries and POST for mutations.'],
  PAYLOAD_TOO_LARGE: ['payload_too_large', `The request is too large: send at most ${BODY_SIZES}.`],
  UNSUPPORTED_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json.'],
};

/** Converts anything that a procedure or tRPC threw into an error of the catalogue. */
export function toApiError(error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  if (!(error instanceof TRPCError)) return unexpected(error);
  if (error.cause instanceof LetterheadError) return error.cause;
  // A ZodError of anything but an input is an internal error.
  if (error.cause instanceof ZodError && error.code === 'BAD_REQUEST') return invalidInput(error.cause);
  const known = TRPC_ERRORS[error.code];
  if (known === undefined) return unexpected(error);
  return new LetterheadError(known[0], known[1], { cause: error });
}

/** Converts the same into tRPC's error class, from which its adapters take the status. */
export function toTrpcError(error: unknown): TRPCError {
  const cause = toApiError(error);
  return new TRPCError({ code: ERROR_CATALOGUE[cause.code].trpc, message: cause.message, cause });
}

/** Hides an internal error from the caller; it is logged in full where the answer is sent. */
function unexpected(cause: unknown): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'Something went wrong on our side. It has been logged; try again later.',
    { retryAfter: 5, cause },
  );
}

/** Whether an error hides an internal one, which has to be logged. */
export function isInternalError(error: LetterheadError): boolean {
  return error.code === 'unavailable' && error.cause !== undefined;
}

/** Converts the issues of an input into `invalid`, by field. */
export function invalidInput(error: ZodError): LetterheadError {
  const errors: FieldErrors = {};
  for (const issue of error.issues) {
    const field = fieldAt(issue.path) ?? 'input';
    errors[field] = [...new Set([...(errors[field] ?? []), issue.message])];
  }
  const [first] = Object.values(errors).flat();
  return new LetterheadError('invalid', first ?? 'The request breaks a rule.', { errors });
}
