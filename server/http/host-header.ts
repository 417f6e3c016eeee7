import { LetterheadError } from '@letterhead/shared';
import type { Gate } from './gates.ts';

/** A name or an address, and perhaps a port (RFC 9110, section 7.2). */
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{0,5})?$/i;

/** Refuses with `malformed_body` a Host header that is missing, none, or there more than once (RFC 9112, section 3.2). */
export const refuseBadHost: Gate = ({ raw }) => {
  const { host } = raw.headers;
  if (host === undefined ? raw.httpVersion === '1.0' : HOST.test(host) && isOnce(raw.rawHeaders)) return null;
  return new LetterheadError(
    'malformed_body',
    'The Host header is missing, not the name of a host, or there more than once.',
  );
};

/** Node keeps the first of several, which a proxy in front may not. `rawHeaders`: names and values in turn. */
function isOnce(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1;
}
