import { readFile } from 'node:fs/promises';
import { startLoopbackDns } from '../../test/dns/loopback-dns.ts';
import type { ZoneNames } from '../../test/dns/zone.ts';
import { childOptions, serveParent } from '../child.ts';

/** A resolver and authorities on loopback, in a process of their own. They answer at `dns://127.0.0.1:<port>`. */
export interface NameServersOptions {
  /** JSON: the names of each zone. */
  readonly zonesFile: string;
  readonly authorities: number;
  /** Milliseconds that every answer takes. */
  readonly latency: number;
  /** Authorities that answer nothing. */
  readonly silent: readonly string[];
}

const { zonesFile, authorities, latency, silent } = childOptions<NameServersOptions>();
const zones: Record<string, ZoneNames> = JSON.parse(await readFile(zonesFile, 'utf8'));
const dns = await startLoopbackDns({ zones, authorities, latency });
const servers = [dns.resolver, ...dns.authorities];
for (const server of servers) if (silent.includes(server.address)) server.fault = 'silent';
serveParent({
  url: `dns://127.0.0.1:${dns.port}`,
  handlers: {
    questionsReceived: async () =>
      servers.flatMap(({ address, queries }) =>
        queries.splice(0).map(({ name, type }) => ({ server: address, name, type })),
      ),
  },
  async stop() {
    await dns[Symbol.asyncDispose]();
  },
});
