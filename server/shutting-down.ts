import { LetterheadError } from '@letterhead/shared';

/** `unavailable`: what everybody is told who comes, or still waits, when the server stops. */
export function shuttingDown(): LetterheadError {
  return new LetterheadError('unavailable', 'Letterhead is shutting down. Try again in a moment.', {
    retryAfter: 5,
  });
}
