import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { freePort } from '../../bench/free-port.ts';
import { Engine, pathOf } from '../engines/engine.ts';

/** How a zone's server knows us. */
export interface TsigSecret {
  readonly name: string;
  readonly algorithm: string;
  /** Base64. */
  readonly secret: string;
}

export interface ZoneServerOptions {
  readonly zone: string;
  /** Lines of the zone file besides its SOA. */
  readonly records?: string;
  readonly tsig: TsigSecret;
  readonly address?: string;
  /** A free one unless it is given. */
  readonly port?: number;
  /** For knot: whether `replace` can be called. What was updated does not outlive a restart then. */
  readonly replaceable?: boolean;
  /** The address, at the same port, of a server that is told of changes; none unless it is given. */
  readonly notified?: string | null;
  /** For knot: signs the zone with DNSSEC, and keeps it signed. */
  readonly signs?: boolean;
}

interface Place extends Required<ZoneServerOptions> {
  readonly folder: string;
}

interface Software {
  readonly program: string;
  args(place: Place): string[];
  prepare(place: Place): Promise<void>;
}

export const ZONE_SERVERS = ['knot', 'named', 'pdns'] as const;
export type ZoneServerName = (typeof ZONE_SERVERS)[number];

/** One of Debian's name servers, as the primary of a zone that takes updates and gives transfers to whoever has a key. */
export class ZoneServer implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly zone: string;
  readonly #software: Software;
  readonly #place: Place;
  #engine: Engine;

  private constructor(software: Software, place: Place) {
    this.address = place.address;
    this.port = place.port;
    this.zone = place.zone;
    this.#software = software;
    this.#place = place;
    this.#engine = new Engine(software.program, software.args(place));
  }

  static async start(name: ZoneServerName, options: ZoneServerOptions): Promise<ZoneServer> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-zone-'));
    const {
      address = '127.0.0.1',
      records = '',
      replaceable = false,
      notified = null,
      signs = false,
    } = options;
    const place = {
      ...options,
      address,
      records,
      replaceable,
      notified,
      signs,
      folder,
      port: options.port ?? (await freePort(address)),
    };
    await SOFTWARE[name].prepare(place);
    const server = new ZoneServer(SOFTWARE[name], place);
    await server.#untilAnswers();
    return server;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    this.#engine.signal('SIGKILL');
    await this.#engine[Symbol.asyncDispose]();
  }

  /** Starts it again after `kill`, with what it had. */
  async restart(): Promise<void> {
    this.#engine = new Engine(this.#software.program, this.#software.args(this.#place));
    await this.#untilAnswers();
  }

  /** Has it serve these records instead of what the zone has. */
  async replace(records: string): Promise<void> {
    await writeFile(fileOf(this.#place, 'zone'), zoneFile({ ...this.#place, records }));
    await execute('knotc', ['--config', fileOf(this.#place, 'conf'), '--blocking', 'zone-reload', this.zone]);
  }

  /** Writes to a name as somebody else does who has the key: by BIND's own program. */
  async overwrite(name: string, text: string): Promise<void> {
    const { algorithm, name: key, secret } = this.#place.tsig;
    const commands = [
      `server ${this.address} ${this.port}`,
      `zone ${this.zone}`,
      `update delete ${name} TXT`,
      `update add ${name} 300 TXT "${text}"`,
      'send',
    ];
    const child = execute('nsupdate', ['-v', '-y', `${algorithm}:${key}:${secret}`]);
    child.child.stdin?.end(`${commands.join('\n')}\n`);
    await child;
  }

  /** The values of TXT records at a name, in presentation form. */
  async txt(name: string): Promise<string[]> {
    const printed = await this.#dig('+short', name, 'TXT');
    return printed.split('\n').filter((line) => line !== '');
  }

  /** All records but the SOA, as `dig` prints them, sorted. */
  async content(): Promise<string[]> {
    const { name, algorithm, secret } = this.#place.tsig;
    const printed = await this.#dig('-y', `${algorithm}:${name}:${secret}`, this.zone, 'AXFR', '+onesoa');
    return printed
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';') && !/\s(?:SOA|TSIG)\s/.test(line))
      .map((line) => line.replaceAll(/\s+/g, ' '))
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
    await rm(this.#place.folder, { recursive: true, force: true });
  }

  #untilAnswers(): Promise<void> {
    return this.#engine.until(`${this.#software.program} was to answer`, async () => {
      const printed = await this.#dig('+short', '+time=1', '+tries=1', this.zone, 'SOA').catch(() => '');
      return /^\S+ \S+ \d+ /.test(printed);
    });
  }

  async #dig(...args: string[]): Promise<string> {
    const where = ['+tcp', '-r', '-p', String(this.port), `@${this.address}`];
    return (await execute('dig', [...where, ...args], { maxBuffer: 2 ** 28 })).stdout;
  }
}

const execute = promisify(execFile);

function zoneFile({ zone, records, address }: Place): string {
  const nameServer = `ns1.${zone}.`;
  const own = `@ NS ${nameServer}\nns1 A ${address}\n`;
  return `$ORIGIN ${zone}.\n$TTL 300\n@ SOA ${nameServer} hostmaster.${zone}. 1 3600 600 86400 60\n${own}${records}\n`;
}

function fileOf({ folder }: Place, name: string): string {
  return join(folder, name);
}

/** What a Knot's configuration begins with, whatever it serves: where it listens, and the key it shares with others. */
export function knotBase({ folder, address, port, tsig }: KnotBase): string {
  return `
server:
  rundir: ${folder}
  listen: ${address}@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${folder}
log:
  - target: stderr
    any: warning
key:
  - id: ${tsig.name}
    algorithm: ${tsig.algorithm}
    secret: ${tsig.secret}
`;
}

interface KnotBase {
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly tsig: TsigSecret;
}

const SOFTWARE: Readonly<Record<ZoneServerName, Software>> = {
  knot: {
    program: 'knotd',
    args: (place) => ['--config', fileOf(place, 'conf')],
    async prepare(place) {
      const { tsig, zone, port, notified } = place;
      await writeFile(fileOf(place, 'zone'), zoneFile(place));
      await writeFile(
        fileOf(place, 'conf'),
        `${knotBase(place)}acl:
  - id: letterhead
    key: ${tsig.name}
    action: [update, transfer]
${notified === null ? '' : `remote:\n  - id: notified\n    address: ${notified}@${port}\n`}zone:
  - domain: ${zone}
    file: ${fileOf(place, 'zone')}
    ${notified === null ? '' : 'notify: notified'}
    journal-content: all
    zonefile-load: ${place.replaceable ? 'difference-no-serial' : 'difference'}
    zonefile-sync: -1
    dnssec-signing: ${place.signs ? 'on' : 'off'}
    acl: letterhead
`,
      );
    },
  },
  named: {
    program: 'named',
    args: (place) => ['-g', '-n', '1', '-c', fileOf(place, 'conf')],
    async prepare(place) {
      const { tsig, zone, address, port, folder, notified } = place;
      await writeFile(fileOf(place, 'zone'), zoneFile(place));
      await writeFile(
        fileOf(place, 'conf'),
        `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  recursion no;
  ${notified === null ? 'notify no;' : `notify explicit; also-notify { ${notified} port ${port}; };`}
};
controls { };
key "${tsig.name}" { algorithm ${tsig.algorithm}; secret "${tsig.secret}"; };
zone "${zone}" {
  type primary;
  file "${fileOf(place, 'zone')}";
  update-policy { grant ${tsig.name} zonesub TXT; };
  allow-transfer { key ${tsig.name}; };
};
`,
      );
    },
  },
  pdns: {
    program: 'pdns_server',
    args: ({ folder }) => [`--config-dir=${folder}`],
    async prepare(place) {
      const { tsig, zone, address, port, folder, notified } = place;
      const database = fileOf(place, 'pdns.sqlite3');
      const sqlite = new DatabaseSync(database);
      sqlite.exec(await readFile('/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', 'utf8'));
      sqlite.close();
      await writeFile(
        fileOf(place, 'pdns.conf'),
        `launch=gsqlite3
gsqlite3-database=${database}
local-address=${address}
local-port=${port}
socket-dir=${folder}
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
disable-axfr=no
allow-axfr-ips=
receiver-threads=1
distributor-threads=1
cache-ttl=0
negquery-cache-ttl=0
query-cache-ttl=0
zone-cache-refresh-interval=0
primary=yes
only-notify=
${notified === null ? '' : `also-notify=${notified}:${port}`}
`,
      );
      await writeFile(fileOf(place, 'zone'), zoneFile(place));
      const pdnsutil = (...args: string[]) => execute('pdnsutil', [`--config-dir=${folder}`, ...args]);
      await pdnsutil('load-zone', zone, fileOf(place, 'zone'));
      await pdnsutil('import-tsig-key', tsig.name, tsig.algorithm, tsig.secret);
      await pdnsutil('activate-tsig-key', zone, tsig.name, 'primary');
      await pdnsutil('set-meta', zone, 'TSIG-ALLOW-DNSUPDATE', tsig.name);
      if (notified === null) return;
      await pdnsutil('set-kind', zone, 'primary');
      await pdnsutil('set-meta', zone, 'NOTIFY-DNSUPDATE', '1');
    },
  },
};

/** Whether this machine has all of them. */
export function whatZoneServersLack(): string | null {
  const missing = Object.values(SOFTWARE).filter(({ program }) => pathOf(program) === program);
  return missing.length === 0 ? null : missing.map(({ program }) => `no ${program}`).join(', ');
}
