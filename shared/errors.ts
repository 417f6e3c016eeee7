import { z } from 'zod';

/**
 * All error codes with their HTTP status, and tRPC's name for that status. Programs and logs use the code.
 */
export const ERROR_CATALOGUE = {
  not_found: { status: 404, trpc: 'NOT_FOUND' },
  method_not_allowed: { status: 405, trpc: 'METHOD_NOT_SUPPORTED' },
  unauthenticated: { status: 401, trpc: 'UNAUTHORIZED' },
  forbidden: { status: 403, trpc: 'FORBIDDEN' },
  rate_limited: { status: 429, trpc: 'TOO_MANY_REQUESTS' },
  unsupported_media_type: { status: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE' },
  payload_too_large: { status: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  malformed_body: { status: 400, trpc: 'BAD_REQUEST' },
  invalid: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  domain_taken: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  quota_exceeded: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  not_signable: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  key_in_use: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  rotation_under_way: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  last_admin: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  unavailable: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  outcome_unknown: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** Messages by field, for a form to show beside each input. */
export type FieldErrors = Record<string, string[]>;

/** The body of every REST error; `errors` comes with `invalid`, `domain_taken` and `not_signable` only. */
export const ErrorBodySchema = z
  .object({
    message: z.string().describe('A sentence for a person.'),
    // The tuple type is lost by Object.keys; the catalogue's keys are what it holds.
    code: z
      .enum(Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]])
      .describe('A stable word for a program.'),
    errors: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe('Messages by field. With `invalid`, `domain_taken` and `not_signable` only.'),
  })
  .meta({ id: 'Error', description: 'Why a request was refused.' });

export type ErrorBody = z.infer<typeof ErrorBodySchema>;

/** The only error that Letterhead's rules throw: a code of the catalogue and a sentence for a person. */
export class LetterheadError extends Error {
  override readonly name = 'LetterheadError';
  readonly code: ErrorCode;
  readonly errors: FieldErrors | undefined;
  /** Seconds after which to try again; for `rate_limited` and `unavailable`. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { errors?: FieldErrors; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }

  /** The body that a caller gets, without cause and stack. */
  toBody(): ErrorBody {
    return {
      message: this.message,
      code: this.code,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}

/** `invalid`, for one field of the input: the sentence says what is wrong with it and what to give instead. */
export function invalidField(field: string, message: string): LetterheadError {
  return new LetterheadError('invalid', message, { errors: { [field]: [message] } });
}
