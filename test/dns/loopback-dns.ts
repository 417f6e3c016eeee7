import { NameServer } from './name-server.ts';
import type { Records, ZoneNames } from './zone.ts';

export interface LoopbackDnsOptions {
  /** Served by every authority and known to the resolver. The apex gets its NS records where it has none. */
  zones?: Record<string, ZoneNames>;
  /** How many servers serve `zones`; 1 where not given. */
  authorities?: number;
  /** How many more servers listen, with no zone yet. */
  spares?: number;
  /** Milliseconds that every answer takes. */
  latency?: number;
}

/** A small internet: a resolver at 127.0.0.1, authorities from 127.0.0.2 on, then the spares; all on one port. */
export interface LoopbackDns extends AsyncDisposable {
  readonly port: number;
  readonly resolver: NameServer;
  readonly authorities: readonly NameServer[];
  readonly spares: readonly NameServer[];
  /** Sets the records at a full name with the resolver and every authority; null takes them away. */
  publish(name: string, records: Records | null): void;
}

/** Starts a resolver and the authorities of some zones, for `await using`. */
export async function startLoopbackDns(options: LoopbackDnsOptions = {}): Promise<LoopbackDns> {
  const authorityCount = options.authorities ?? 1;
  const servers = await startOnOnePort(1 + authorityCount + (options.spares ?? 0));
  const [resolver, ...others] = servers;
  if (resolver === undefined) throw new Error('no resolver was started');
  const authorities = others.slice(0, authorityCount);
  for (const server of servers) server.latency = options.latency ?? 0;
  for (const [apex, names] of Object.entries(options.zones ?? { 'example.org': {} })) {
    for (const server of [resolver, ...authorities])
      server.serve(apex, withNameServers(apex, names, authorities));
  }
  return {
    port: resolver.port,
    resolver,
    authorities,
    spares: others.slice(authorityCount),
    publish(name, records) {
      for (const server of [resolver, ...authorities]) server.publish(name, records);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** The first three of what was started; there are as many as the test asked for. */
export function three(servers: readonly NameServer[]): [NameServer, NameServer, NameServer] {
  const [first, second = first, third = second] = servers;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('no server was started');
  return [first, second, third];
}

/** `ns1.<apex>`, `ns2.<apex>`, … with their addresses. */
function withNameServers(apex: string, names: ZoneNames, servers: readonly NameServer[]): ZoneNames {
  if (names['@']?.NS !== undefined) return names;
  const hosts = servers.map((server, i): [string, Records] => [`ns${i + 1}`, { A: [server.address] }]);
  return {
    ...Object.fromEntries(hosts),
    ...names,
    '@': { ...names['@'], NS: hosts.map(([host]) => `${host}.${apex}`) },
  };
}

async function startOnOnePort(count: number): Promise<NameServer[]> {
  for (let attempt = 0; ; attempt++) {
    const servers = [await NameServer.start({ address: '127.0.0.1', recursive: true })];
    try {
      const port = servers[0]?.port ?? 0;
      for (let i = 1; i < count; i++) {
        servers.push(await NameServer.start({ address: `127.0.0.${i + 1}`, port }));
      }
      return servers;
    } catch (error) {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      if (attempt === 20) throw error;
    }
  }
}
