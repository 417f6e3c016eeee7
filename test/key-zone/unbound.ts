import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bench/free-port.ts';
import { Engine } from '../engines/engine.ts';

const ADDRESS = '127.0.0.1';

export interface UnboundOptions {
  /** Addresses with ports of the servers of zones, as `127.0.0.250@5300`. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** The same of a resolver that is asked for everything else. */
  readonly others: string;
  /** Nothing is cached for longer. Seconds; a day unless it is given. */
  readonly maxTtl: number | undefined;
}

/** A resolver with a cache between whoever asks and the servers of some zones. */
export class Unbound implements AsyncDisposable {
  readonly server: string;
  readonly #engine: Engine;
  readonly #folder: string;

  private constructor(engine: Engine, folder: string, port: number) {
    this.server = `${ADDRESS}:${port}`;
    this.#engine = engine;
    this.#folder = folder;
  }

  static async start({ zones, others, maxTtl = 86_400 }: UnboundOptions): Promise<Unbound> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-unbound-'));
    const port = await freePort(ADDRESS);
    const stubs = Object.entries(zones).map(([zone, servers]) =>
      ['stub-zone:', `name: "${zone}"`, ...servers.map((server) => `stub-addr: ${server}`)].join('\n  '),
    );
    const conf = join(folder, 'unbound.conf');
    await writeFile(
      conf,
      `
server:
  interface: ${ADDRESS}
  port: ${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  num-threads: 1
  module-config: "iterator"
  do-not-query-localhost: no
  cache-max-ttl: ${maxTtl}
  cache-max-negative-ttl: ${maxTtl}
  infra-host-ttl: 1
remote-control:
  control-enable: no
${stubs.join('\n')}
forward-zone:
  name: "."
  forward-addr: ${others}
`,
    );
    const engine = new Engine('unbound', ['-d', '-c', conf]);
    const resolver = new Resolver({ timeout: 250, tries: 1 });
    resolver.setServers([`${ADDRESS}:${port}`]);
    const [zone = '.'] = Object.keys(zones);
    await engine.until('unbound was to resolve', () => resolver.resolveSoa(zone).then(Boolean, () => false));
    return new Unbound(engine, folder, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
