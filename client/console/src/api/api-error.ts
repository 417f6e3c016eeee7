import { isLetterheadError } from '@letterhead/client';
import type { ErrorBody, ErrorCode, FieldErrors } from '@letterhead/shared';

/** Error of a call, for display. */
export interface ApiError {
  readonly message: string;
  /** Null if the server could not be reached. */
  readonly code: ErrorCode | null;
  readonly errors: FieldErrors;
}

/** Also shown for failed changes, which are not retried automatically. */
const UNREACHABLE = 'Letterhead can’t be reached. Check your connection, then try again.';

/** Refusal of a call over REST. */
export class RestError extends Error {
  readonly data: ErrorBody;

  constructor(data: ErrorBody) {
    super(data.message);
    this.data = data;
  }
}

/** Converts the server's error; without one, says that the server can't be reached. */
export function toApiError(error: unknown): ApiError {
  if ((isLetterheadError(error) || error instanceof RestError) && error.data != null) {
    return { message: error.message, code: error.data.code, errors: error.data.errors ?? {} };
  }
  return { message: UNREACHABLE, code: null, errors: {} };
}

/** Whether a retry may help: the server was unreachable, overloaded or rate-limiting. */
export function isRetryable(error: unknown): boolean {
  const { code } = toApiError(error);
  return code === null || code === 'unavailable' || code === 'rate_limited';
}

/** Error of one field of a form, or of the whole form if the server names no field. */
export function fieldErrorOf(error: unknown, field: string): string | null {
  if (error == null) return null;
  const { message, errors } = toApiError(error);
  return errors[field]?.join(' ') ?? message;
}
