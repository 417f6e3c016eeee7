import { isLetterheadError } from '@letterhead/client';
import type { ErrorCode, FieldErrors } from '@letterhead/shared';

/** Something that went wrong, for a person. */
export interface ApiError {
  readonly message: string;
  /** Null: the server could not be reached. */
  readonly code: ErrorCode | null;
  readonly errors: FieldErrors;
}

/** Also told where somebody wanted to change something: that is not tried again by itself. */
const UNREACHABLE = 'Letterhead can’t be reached. Check your connection, then try again.';

/** What the server said; where it said nothing, that it can't be reached. */
export function toApiError(error: unknown): ApiError {
  if (isLetterheadError(error) && error.data != null) {
    return { message: error.message, code: error.data.code, errors: error.data.errors ?? {} };
  }
  return { message: UNREACHABLE, code: null, errors: {} };
}

/** Whether trying again in a moment may help: nothing was heard, or the server said that it can't just now. */
export function isRetryable(error: unknown): boolean {
  const { code } = toApiError(error);
  return code === null || code === 'unavailable' || code === 'rate_limited';
}

/** The complaint about one field of a form, or about the whole where it names no field. */
export function fieldErrorOf(error: unknown, field: string): string | null {
  if (error == null) return null;
  const { message, errors } = toApiError(error);
  return errors[field]?.join(' ') ?? message;
}
