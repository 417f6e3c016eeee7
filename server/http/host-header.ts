import { LetterheadError } from '@letterhead/shared';
import type { Gate } from './gates.ts';

/** A name or an address, and perhaps a port (RFC 9110, section 7.2). */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/** Refuses with `malformed_body` a Host header that is missing or none (RFC 9112, section 3.2). */
export const refuseBadHost: Gate = ({ raw }) => {
  const { host } = raw.headers;
  if (host === undefined ? raw.httpVersion === '1.0' : HOST.test(host)) return null;
  return new LetterheadError('malformed_body', 'The Host header is missing, or not the name of a host.');
};
