import type { ErrorCode, FieldErrors } from '@letterhead/shared';
import { ERROR_CATALOGUE, LetterheadError } from '@letterhead/shared';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { fieldAt } from './issue-sentences.ts';

/** What tRPC itself refuses, before any rule of ours: its code, and what we say. */
const TRPC_REFUSALS: Partial<Record<TRPCError['code'], readonly [ErrorCode, string]>> = {
  PARSE_ERROR: ['malformed_body', 'The request does not parse. Send the JSON that a tRPC client sends.'],
  BAD_REQUEST: ['malformed_body', 'The request does not parse. Send the JSON that a tRPC client sends.'],
  NOT_FOUND: ['not_found', 'There is no such procedure.'],
  METHOD_NOT_SUPPORTED: ['method_not_allowed', 'Queries go by GET, mutations by POST.'],
  PAYLOAD_TOO_LARGE: ['payload_too_large', 'The request is too large: send at most 64 KiB.'],
  UNSUPPORTED_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json.'],
};

/** Turns whatever a procedure or tRPC itself has thrown into one of the catalogue's errors. */
export function toRefusal(error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  if (error instanceof ZodError) return invalid(error);
  if (!(error instanceof TRPCError)) return unexpected(error);
  if (error.cause instanceof LetterheadError) return error.cause;
  if (error.cause instanceof ZodError && error.code === 'BAD_REQUEST') return invalid(error.cause);
  const known = TRPC_REFUSALS[error.code];
  if (known === undefined) return unexpected(error);
  return new LetterheadError(known[0], known[1], { cause: error });
}

/** The same refusal in tRPC's own class, so that its adapters choose the right status. */
export function toTrpcError(error: unknown): TRPCError {
  const refusal = toRefusal(error);
  return new TRPCError({
    code: ERROR_CATALOGUE[refusal.code].trpc,
    message: refusal.message,
    cause: refusal,
  });
}

/** A fault of ours: logged in full where it is answered, and nothing of it told to the caller. */
function unexpected(cause: unknown): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'Something went wrong on our side. It has been logged; try again later.',
    {
      retryAfter: 5,
      cause,
    },
  );
}

/** Whether a refusal hides a fault of ours that an operator must hear of. */
export function isFault(refusal: LetterheadError): boolean {
  return refusal.code === 'unavailable' && refusal.cause !== undefined;
}

function invalid(error: ZodError): LetterheadError {
  const errors: FieldErrors = {};
  for (const issue of error.issues) {
    const field = fieldAt(issue.path) ?? 'input';
    errors[field] = [...new Set([...(errors[field] ?? []), issue.message])];
  }
  const [first] = Object.values(errors).flat();
  return new LetterheadError('invalid', first ?? 'The request breaks a rule.', { errors });
}
