import { LetterheadError } from '@letterhead/shared';

/** `unavailable`, for requests that arrive or still wait while the server stops. */
export function shuttingDown(): LetterheadError {
  return new LetterheadError('unavailable', 'Letterhead is shutting down. Try again in a moment.', {
    retryAfter: 5,
  });
}
