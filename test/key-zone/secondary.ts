import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Engine } from '../engines/engine.ts';
import { knotBase, type TsigSecret, type ZoneServer } from './zone-server.ts';

export const SECONDARIES = ['knot', 'named'] as const;
export type SecondaryName = (typeof SECONDARIES)[number];

interface Place {
  readonly folder: string;
  readonly address: string;
  readonly tsig: TsigSecret;
  readonly primary: ZoneServer;
}

/** One of Debian's name servers, which transfers a zone from its primary, and listens on the same port as that. */
export class Secondary implements AsyncDisposable {
  readonly #place: Place;
  readonly #engine: Engine;

  private constructor(name: SecondaryName, place: Place) {
    this.#place = place;
    this.#engine = startEngine(name, place);
  }

  static async start(name: SecondaryName, options: Omit<Place, 'folder'>): Promise<Secondary> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-secondary-'));
    await writeFile(join(folder, 'conf'), CONFIGURATIONS[name]({ ...options, folder }));
    const secondary = new Secondary(name, { ...options, folder });
    await secondary.untilHas(options.primary.zone, 'SOA', (text) => text !== '');
    return secondary;
  }

  /** Answers nothing, or answers again. */
  setSilent(isSilent: boolean): void {
    this.#engine.signal(isSilent ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Has it look for what it has missed, as after a notification of its primary. */
  async catchUp(): Promise<void> {
    await this.#dig('+opcode=notify', this.#place.primary.zone, 'SOA');
  }

  /** Waits until its answer is as it is to be. */
  untilHas(name: string, type: string, isRight: (printed: string) => boolean): Promise<void> {
    return this.#engine.until('the secondary was to have it', async () =>
      isRight(await this.#dig(name, type)),
    );
  }

  /** What is printed; nothing if there is no answer. */
  async #dig(...question: string[]): Promise<string> {
    const { address, primary } = this.#place;
    const where = ['+short', '+time=1', '+tries=1', '-r', '-p', String(primary.port), `@${address}`];
    const printed = await promisify(execFile)('dig', [...where, ...question]).catch(() => ({ stdout: '' }));
    return printed.stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.setSilent(false);
    await this.#engine[Symbol.asyncDispose]();
    await rm(this.#place.folder, { recursive: true, force: true });
  }
}

function startEngine(name: SecondaryName, { folder }: Place): Engine {
  const conf = join(folder, 'conf');
  return name === 'knot'
    ? new Engine('knotd', ['--config', conf])
    : new Engine('named', ['-g', '-n', '1', '-c', conf]);
}

const CONFIGURATIONS: Readonly<Record<SecondaryName, (place: Place) => string>> = {
  knot: ({
    folder,
    address,
    tsig,
    primary,
  }) => `${knotBase({ folder, address, port: primary.port, tsig })}remote:
  - id: primary
    address: ${primary.address}@${primary.port}
    key: ${tsig.name}
acl:
  - id: primary
    address: 127.0.0.0/8
    action: notify
zone:
  - domain: ${primary.zone}
    file: ${folder}/zone
    master: primary
    acl: primary
`,
  named: ({ folder, address, tsig, primary }) => `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on port ${primary.port} { ${address}; };
  listen-on-v6 { none; };
  recursion no;
  notify no;
};
controls { };
key "${tsig.name}" { algorithm ${tsig.algorithm}; secret "${tsig.secret}"; };
zone "${primary.zone}" {
  type secondary;
  file "${folder}/zone";
  primaries { ${primary.address} port ${primary.port} key ${tsig.name}; };
  allow-notify { 127.0.0.0/8; };
};
`,
};
