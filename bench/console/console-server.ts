import { createLetterhead, type Letterhead } from '@letterhead/client';
import type { Domain } from '@letterhead/shared';
import prepareConsole from '../../test/console/prepare-console.ts';
import { type LoopbackDns, startLoopbackDns } from '../../test/dns/loopback-dns.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

/** A real server in a process of its own with a small internet, and a client to set the scene by. */
export interface ConsoleServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly letterhead: Letterhead;
  readonly dns: LoopbackDns;
  add(domain: string): Promise<Domain>;
}

export async function startConsoleServer(): Promise<ConsoleServer> {
  await prepareConsole();
  const folder = await makeTemporaryFolder();
  const dns = await startLoopbackDns({ zones: { 'example.org': {}, 'example.net': {} } });
  const server = await startLetterhead(dataFolderIn(folder), {
    environment: {
      DNS_SERVERS: `127.0.0.1:${dns.port}`,
      DNS_ALLOW_PRIVATE: 'true',
      DNS_AUTHORITY_PORT: String(dns.port),
      // One domain is checked more often here than anybody may.
      RATE_LIMIT_PER_MINUTE: '0',
    },
  });
  const letterhead = createLetterhead({ url: server.url, token: TOKEN });
  return {
    url: server.url,
    token: TOKEN,
    letterhead,
    dns,
    add: (domain) => letterhead.domains.create.mutate({ account: 1, domain }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The list as people have it who have the most. */
export async function addManyDomains(server: ConsoleServer, count: number): Promise<void> {
  const names = Array.from(
    { length: count },
    (_, at) => `customer-${String(at).padStart(4, '0')}.example.org`,
  );
  await Promise.all(names.map(server.add));
}
