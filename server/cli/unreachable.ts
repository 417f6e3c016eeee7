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
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS, so that its address begins with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS, so that its address begins with http://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody that this machine trusts',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that this machine trusts',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that this machine trusts',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody that this machine trusts',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** A call that no Letterhead has answered, said as a sentence; every other error as it is. */
export function explainUnreachable(url: string, error: unknown): unknown {
  // An error of Letterhead's own carries the catalogue's code.
  if (!isLetterheadError(error) || error.data != null) return error;
  // With an answer, it was the answer that made no sense.
  return unreachable(url, error.message === 'fetch failed' || codeOf(error) !== null ? error : null);
}

/** `unavailable`. `cause`: what `fetch` has failed with; null where something else than Letterhead has answered. */
export function unreachable(url: string, cause: unknown): LetterheadError {
  return new LetterheadError(
    'unavailable',
    `No Letterhead server answers at ${url}: ${reasonOf(cause)}. Check LETTERHEAD_URL, and that the server runs.`,
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'what answers there is something else';
  const code = codeOf(cause);
  return code === null ? innermostCause(cause).message : (REASONS[code] ?? code);
}

function codeOf(error: Error): string | null {
  const innermost = innermostCause(error);
  return 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : null;
}

function innermostCause(error: Error): Error {
  return error.cause instanceof Error ? innermostCause(error.cause) : error;
}
