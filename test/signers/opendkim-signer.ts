import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../bench/free-port.ts';
import { askMilter } from './milter.ts';

const settingsFor = (tables: string, port: number) => `
Mode s
Socket inet:${port}@127.0.0.1
KeyTable ${tables}/KeyTable
SigningTable refile:${tables}/SigningTable
Canonicalization relaxed/relaxed
Syslog no
PidFile ${tables}/opendkim.pid
RequireSafeKeys no
InternalHosts 127.0.0.1
`;

/** Debian's OpenDKIM, which signs with the tables of an export. */
export class OpenDkimSigner implements AsyncDisposable {
  readonly #port: number;
  readonly #stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.#port = port;
    this.#stop = stop;
  }

  static async start(tables: string): Promise<OpenDkimSigner> {
    const port = await freePort();
    const settings = join(tables, 'opendkim.conf');
    await writeFile(settings, settingsFor(tables, port));
    const child = spawn('opendkim', ['-f', '-x', settings], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    return new OpenDkimSigner(port, async () => {
      child.kill();
      await exited;
    });
  }

  /** The message with the signature that it adds, if any. */
  sign(message: Buffer): Promise<Buffer> {
    return askMilter(this.#port, message);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}
