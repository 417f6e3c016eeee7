import { isIP } from 'node:net';
import { isPublicUnicast } from '../dns/public-address.ts';

/** The host of a URL as sockets take it: an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * What is wrong with the URL of an endpoint, as a sentence; null for nothing. A host that is a name is looked up by each
 * delivery, since where it leads can change.
 */
export function findUrlProblem(text: string, allowPrivate: boolean): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return 'Give an address such as https://hooks.example.org/letterhead.';
  if (url.protocol === 'http:' && !allowPrivate)
    return 'Give an https address: over http, anybody can read it.';
  if (url.username !== '' || url.password !== '')
    return 'Leave user name and password out of the address: each delivery is signed.';
  const host = hostOf(url);
  if (isIP(host) !== 0 && !allowPrivate && !isPublicUnicast(host))
    return `Give a public address: ${host} is none.`;
  return null;
}
