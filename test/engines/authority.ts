import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine, run, serialAt } from './engine.ts';
import type { ZoneFile } from './zone-file.ts';

export interface AuthorityOptions {
  readonly addresses: readonly string[];
  /** For its configuration and zones, of its own. */
  readonly folder: string;
  /** More of what the engine's own configuration has for all of the server. */
  readonly extra?: string;
}

/** What is particular to an engine. */
interface Software {
  readonly program: string;
  args(conf: string): string[];
  config(options: AuthorityOptions, zones: readonly string[]): string;
  /** Makes it read its configuration and its zones again; may be lost, and is repeated then. */
  reload(engine: Engine, conf: string): unknown;
}

export type AuthorityName = 'knot' | 'named' | 'nsd';

export interface ServeOptions {
  /** Of the records and of negative answers, in seconds. */
  readonly ttl?: number;
  /** Changes the text of the zone file at last, such as to sign it. */
  readonly finish?: (text: string, zone: ZoneFile) => Promise<string>;
}

/** One process of an engine that answers for zones from zone files. */
export class Authority implements AsyncDisposable {
  readonly addresses: readonly string[];
  readonly #software: Software;
  readonly #options: AuthorityOptions;
  readonly #engine: Engine;
  readonly #zones = new Set<string>();
  #serial = 1;

  private constructor(software: Software, options: AuthorityOptions, engine: Engine) {
    this.addresses = options.addresses;
    this.#software = software;
    this.#options = options;
    this.#engine = engine;
  }

  static async start(name: AuthorityName, options: AuthorityOptions): Promise<Authority> {
    const software = SOFTWARE[name];
    mkdirSync(options.folder, { recursive: true });
    replaceFile(confOf(options), software.config(options, []));
    const engine = new Engine(software.program, software.args(confOf(options)));
    const authority = new Authority(software, options, engine);
    await authority.#untilAnswers('.', 'EREFUSED');
    return authority;
  }

  /** Serves a zone, or another version of it; resolves once all addresses answer with it. */
  async serve(zone: ZoneFile, { ttl = 1, finish = async (text) => text }: ServeOptions = {}): Promise<void> {
    const serial = ++this.#serial;
    const text = await finish(zone.format(serial, ttl), zone);
    replaceFile(fileOf(this.#options.folder, zone.origin), text);
    this.#zones.add(zone.origin);
    await this.#load(zone.origin, serial);
  }

  /** Serves a zone no longer; resolves once all addresses refuse it. */
  async drop(origin: string): Promise<void> {
    this.#zones.delete(origin);
    await this.#load(origin, 'EREFUSED');
  }

  /** Has a zone that it cannot load; resolves once all addresses fail at it. */
  async serveBroken(origin: string): Promise<void> {
    replaceFile(fileOf(this.#options.folder, origin), 'this is no zone file\n');
    this.#zones.add(origin);
    await this.#load(origin, 'ESERVFAIL');
  }

  async #load(origin: string, expected: number | string): Promise<void> {
    const conf = confOf(this.#options);
    replaceFile(conf, this.#software.config(this.#options, [...this.#zones]));
    const reload = () => this.#software.reload(this.#engine, conf);
    await reload();
    await this.#untilAnswers(origin, expected, reload);
  }

  async #untilAnswers(origin: string, expected: number | string, again?: () => unknown): Promise<void> {
    const allAnswer = async () => {
      const answers = await Promise.all(this.addresses.map((address) => serialAt(address, origin)));
      return answers.every((answer) => answer === expected);
    };
    await this.#engine.until(
      `${this.#software.program} was to answer ${expected} for ${origin}`,
      allAnswer,
      again,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine[Symbol.asyncDispose]();
  }
}

/**
 * Knot maps the files that it reads into its memory: one that is cut short meanwhile ends it by SIGBUS. At once, for
 * two zones may be loaded side by side.
 */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function confOf({ folder }: AuthorityOptions): string {
  return join(folder, 'conf');
}

function fileOf(folder: string, origin: string): string {
  return join(folder, `${origin === '.' ? 'root' : origin}.zone`);
}

const SOFTWARE: Readonly<Record<AuthorityName, Software>> = {
  knot: {
    program: 'knotd',
    args: (conf) => ['--config', conf],
    config: ({ addresses, folder, extra = '' }, zones) => `
server:
  rundir: ${folder}
  listen: [ ${addresses.map((address) => `${address}@53`).join(', ')} ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  ${extra}
database:
  storage: ${folder}
log:
  - target: stderr
    any: warning
template:
  - id: default
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
${zones.length === 0 ? '' : 'zone:'}
${zones.map((zone) => `  - domain: ${zone}\n    file: ${fileOf(folder, zone)}\n`).join('')}`,
    // A signal ends knotd that has just begun to listen.
    reload: (_, conf) => run('knotc', '--config', conf, 'reload').catch(() => {}),
  },
  named: {
    program: 'named',
    args: (conf) => ['-g', '-n', '1', '-c', conf],
    config: ({ addresses, folder, extra = '' }, zones) => `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on { ${addresses
    .filter(isIpv4)
    .map((address) => `${address}; `)
    .join('')}};
  listen-on-v6 { ${addresses
    .filter(isIpv6)
    .map((address) => `${address}; `)
    .join('')}};
  recursion no;
  allow-query { any; };
  notify no;
  check-integrity no;
  ${extra}
};
controls { };
${zones.map((zone) => `zone "${zone}" { type primary; file "${fileOf(folder, zone)}"; check-names ignore; };`).join('\n')}`,
    reload: (engine) => engine.signal('SIGHUP'),
  },
  nsd: {
    program: 'nsd',
    args: (conf) => ['-d', '-c', conf],
    config: ({ addresses, folder, extra = '' }, zones) => `
server:
${addresses.map((address) => `  ip-address: ${address}\n`).join('')}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: ""
  xfrdir: "${folder}"
  rrl-ratelimit: 0
  ${extra}
remote-control:
  control-enable: yes
  control-interface: "${folder}/control.sock"
${zones.map((zone) => `zone:\n  name: "${zone}"\n  zonefile: "${fileOf(folder, zone)}"\n`).join('')}`,
    reload: async (_, conf) => {
      for (const command of ['reconfig', 'reload'])
        await run('nsd-control', '-c', conf, command).catch(() => {});
    },
  },
};

function isIpv6(address: string): boolean {
  return address.includes(':');
}

function isIpv4(address: string): boolean {
  return !isIpv6(address);
}
