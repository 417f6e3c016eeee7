import { isLetterheadError } from '@letterhead/client';
import { LetterheadError } from '@letterhead/shared';

/** What the system's and the HTTP client's codes mean, in words. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut off',
  UND_ERR_SOCKET: 'the connection was cut off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host’s address could not be found out',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
};

/** A call that no Letterhead has answered, said as a sentence; every other error as it is. */
export function explainUnreachable(url: string, error: unknown): unknown {
  // A refusal of Letterhead's own carries the catalogue's code.
  if (!isLetterheadError(error) || error.data != null) return error;
  return new LetterheadError(
    'unavailable',
    `No Letterhead server answers at ${url}: ${reasonOf(error)}. Check LETTERHEAD_URL, and that the server runs.`,
    { cause: error },
  );
}

function reasonOf(error: Error): string {
  const innermost = innermostCause(error);
  if ('code' in innermost && typeof innermost.code === 'string')
    return REASONS[innermost.code] ?? innermost.code;
  // With an answer, it was the answer that made no sense.
  return error.message === 'fetch failed' ? innermost.message : 'what answers there is something else';
}

function innermostCause(error: Error): Error {
  return error.cause instanceof Error ? innermostCause(error.cause) : error;
}
