import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

const HEADER = 'x-forwarded-for';

/**
 * Where a request comes from: what trusted proxies have forwarded, or the connection's other end where that is no
 * address.
 */
export function addressOf(request: FastifyRequest): string {
  stripPorts(request.raw.headers);
  const { ip, socket } = request;
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}

/** Some proxies (Azure's, IIS) forward an address with its port, which nothing behind takes for an address. */
export function stripPorts(headers: IncomingHttpHeaders): void {
  const forwarded = headers[HEADER];
  if (typeof forwarded !== 'string' || !forwarded.includes(':')) return;
  headers[HEADER] = forwarded
    .split(',')
    .map((entry) => withoutPort(entry.trim()))
    .join(', ');
}

/** `192.0.2.1:443` and `[2001:db8::1]:443` as addresses; anything else as it is. */
function withoutPort(entry: string): string {
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry) ?? [];
  if (bracketed !== undefined && isIPv6(bracketed)) return bracketed;
  const [, plain] = /^([\d.]+):\d{1,5}$/.exec(entry) ?? [];
  return plain !== undefined && isIPv4(plain) ? plain : entry;
}
