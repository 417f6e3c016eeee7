import { getServers } from 'node:dns';
import { isIP } from 'node:net';

/** Address of a DNS server, for UDP and TCP. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; else undefined. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  if (isIP(text) !== 0) return { address: text, port: 53 };
  const [, bracketed, plain, digits = '53'] = /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const server = { address: bracketed ?? plain ?? '', port: Number(digits) };
  const family = bracketed === undefined ? 4 : 6;
  return isIP(server.address) === family && server.port >= 1 && server.port <= 65_535 ? server : undefined;
}

/** Resolvers of the system's configuration, in its order. */
export function systemResolvers(): ServerAddress[] {
  return getServers().flatMap((text) => parseServerAddress(text) ?? []);
}
