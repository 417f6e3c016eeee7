import { isLetterheadError } from '@letterhead/client';
import { LetterheadError } from '@letterhead/shared';
import { errorCode } from '../errno.ts';

/** Meaning of the error codes of the system and of `fetch`. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut off',
  UND_ERR_SOCKET: 'the connection was cut off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host’s address could not be resolved',
  ETIMEDOUT: 'it did not answer in time',
  TimeoutError: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS, so its address begins with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not use TLS, so its address begins with http://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by an authority that this machine trusts',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by an authority that this machine trusts',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by an authority that this machine trusts',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by an authority that this machine trusts',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** Explains the error of a call that no Letterhead server answered; returns other errors unchanged. */
export function explainUnreachable(url: string, error: unknown): unknown {
  // The server's own errors carry a code of the catalogue.
  if (!isLetterheadError(error) || error.data != null) return error;
  // Otherwise there was an answer, which made no sense.
  return unreachable(url, error.message === 'fetch failed' || codeOf(error) !== undefined ? error : null);
}

/** Fetches a path of the server at `url`, which has no slash at its end. Rejects with `unavailable` where none answers. */
export async function fetchFrom(url: string, path: string, init: RequestInit): Promise<Response> {
  return fetch(url + path, init).catch((error: unknown) => {
    throw unreachable(url, error);
  });
}

/** `cause`: the error of `fetch`; null if something other than Letterhead answered. */
export function unreachable(url: string, cause: unknown): LetterheadError {
  return new LetterheadError(
    'unavailable',
    `No Letterhead server answers at ${url}: ${reasonOf(cause)}. Check LETTERHEAD_URL, and that the server runs.`,
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'something else answers there';
  const code = codeOf(cause);
  return code === undefined ? innermostCause(cause).message : (REASONS[code] ?? code);
}

/** A timeout has no code but its name: that of a DOMException is a number. */
function codeOf(error: Error): string | undefined {
  const innermost = innermostCause(error);
  return innermost.name === 'TimeoutError' ? innermost.name : errorCode(innermost);
}

function innermostCause(error: Error): Error {
  return error.cause instanceof Error ? innermostCause(error.cause) : error;
}
