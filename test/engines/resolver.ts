import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Engine, run, serialAt } from './engine.ts';

export interface ResolverOptions {
  readonly address: string;
  readonly folder: string;
  readonly rootAddress: string;
  /** The root's DNSKEY record, as a line of a zone file. */
  readonly rootKey: string;
}

export const RESOLVER_NAMES = [
  'unbound that validates',
  'unbound',
  'bind9 that validates',
  'bind9',
  'dnsmasq before unbound',
] as const;
export type ResolverName = (typeof RESOLVER_NAMES)[number];

/** A resolver with an empty cache, which knows one root. */
export interface RunningResolver extends AsyncDisposable {
  readonly address: string;
  /** Forgets all that it knows about a domain and its servers, as it would once the TTLs have passed. */
  forget(domain: string): Promise<void>;
}

export async function startResolver(name: ResolverName, options: ResolverOptions): Promise<RunningResolver> {
  await mkdir(options.folder, { recursive: true });
  await writeFile(join(options.folder, 'hints'), `. 3600 NS ns.\nns. 3600 A ${options.rootAddress}\n`);
  switch (name) {
    case 'unbound that validates':
      return startUnbound(options, true);
    case 'unbound':
      return startUnbound(options, false);
    case 'bind9 that validates':
      return startNamed(options, true);
    case 'bind9':
      return startNamed(options, false);
    case 'dnsmasq before unbound':
      return startDnsmasq(options);
  }
}

async function startUnbound({ address, folder, rootKey }: ResolverOptions, validates: boolean) {
  const conf = join(folder, 'unbound.conf');
  await writeFile(join(folder, 'root.key'), `${rootKey}\n`);
  await writeFile(
    conf,
    `
server:
  interface: ${address}
  port: 53
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  num-threads: 1
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  local-zone: "test." nodefault
  root-hints: "${folder}/hints"
  module-config: "${validates ? 'validator ' : ''}iterator"
  ${validates ? `trust-anchor-file: "${folder}/root.key"` : ''}
remote-control:
  control-enable: yes
  control-interface: "${folder}/control.sock"
`,
  );
  const engine = new Engine('unbound', ['-d', '-c', conf]);
  const control = (...command: string[]) => run('unbound-control', '-c', conf, ...command);
  return running(engine, address, async (domain) => {
    await control('flush_infra', 'all');
    await control('flush_zone', domain);
  });
}

async function startNamed({ address, folder, rootKey }: ResolverOptions, validates: boolean) {
  const conf = join(folder, 'named.conf');
  const key = join(folder, 'rndc.key');
  const anchor = rootKey.replace(
    /^.* DNSKEY (\d+) (\d+) (\d+) (.*)$/,
    (_, flags, protocol, algorithm, data) =>
      `${flags} ${protocol} ${algorithm} "${data.replaceAll(' ', '')}"`,
  );
  await run('rndc-confgen', '-a', '-k', 'rndc', '-c', key);
  await writeFile(
    conf,
    `
include "${key}";
controls { inet ${address} port 953 allow { any; } keys { rndc; }; };
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on { ${address}; };
  listen-on-v6 { none; };
  allow-recursion { any; };
  allow-query-cache { any; };
  dnssec-validation ${validates ? 'yes' : 'no'};
};
zone "." { type hint; file "${folder}/hints"; };
${validates ? `trust-anchors { . static-key ${anchor}; };` : ''}
`,
  );
  const engine = new Engine('named', ['-g', '-n', '1', '-c', conf]);
  return running(engine, address, async (domain) => {
    await run('rndc', '-k', key, '-s', address, 'flushtree', domain);
  });
}

/** In front of an unbound that does not validate. */
async function startDnsmasq(options: ResolverOptions): Promise<RunningResolver> {
  const { address, folder } = options;
  const before = await startUnbound(
    { ...options, address: address.replace(/\d+$/, (last) => `${Number(last) + 100}`) },
    false,
  );
  const args = ['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--user=root'];
  const where = [`--listen-address=${address}`, '--bind-interfaces', `--pid-file=${folder}/pid`];
  const engine = new Engine('dnsmasq', [...args, ...where, `--server=${before.address}`]);
  const self = await running(engine, address, async (domain) => {
    await before.forget(domain);
    engine.signal('SIGHUP');
  });
  return {
    ...self,
    async [Symbol.asyncDispose]() {
      await self[Symbol.asyncDispose]();
      await before[Symbol.asyncDispose]();
    },
  };
}

async function running(
  engine: Engine,
  address: string,
  forget: (domain: string) => Promise<void>,
): Promise<RunningResolver> {
  await engine.until('it was to resolve', async () => typeof (await serialAt(address, '.')) === 'number');
  return { address, forget, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}
