import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../bench/free-port.ts';

const TRIES = 400;
const MILLISECONDS_BETWEEN = 50;

/** Nothing but the module that signs. */
const settingsIn = (folder: string, port: number, milterPort: number | null, dkimSigning: string) => `
options {
  filters = "dkim";
  # Signing asks no DNS.
  dns { nameserver = ["127.0.0.1:9:10"]; timeout = 1s; retransmits = 1; }
  tempdir = "${folder}";
  pidfile = "${folder}/pid";
  url_tld = "${folder}/tld";
  local_addrs = "127.0.0.0/8";
}
logging { type = "console"; level = "error"; color = false; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
${milterPort === null ? '' : milterOn(milterPort)}
metric { name = "default"; actions { reject = 1000; } }
modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
lua = "/usr/share/rspamd/rules/rspamd.lua";
dkim {}
dkim_signing {
${dkimSigning}
}
`;

const milterOn = (port: number) =>
  `worker "rspamd_proxy" { bind_socket = "127.0.0.1:${port}"; milter = yes; count = 1; upstream "local" { default = yes; self_scan = yes; } }`;

/** Debian's rspamd, as it signs outgoing mail with these settings of its module dkim_signing: over HTTP, and as a milter on request. */
export class RspamdSigner implements AsyncDisposable {
  readonly #url: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.#url = url;
    this.#stop = stop;
  }

  static async start(dkimSigning: string, milterPort: number | null = null): Promise<RspamdSigner> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-rspamd-'));
    const port = await freePort();
    await writeFile(join(folder, 'tld'), 'org\nnet\n');
    await writeFile(join(folder, 'rspamd.conf'), settingsIn(folder, port, milterPort, dkimSigning));
    const child = spawn('rspamd', ['-f', '-i', '-c', join(folder, 'rspamd.conf')], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const signer = new RspamdSigner(`http://127.0.0.1:${port}`, async () => {
      child.kill();
      await exited;
      await rm(folder, { recursive: true });
    });
    try {
      await signer.#answers();
    } catch (error) {
      await signer.#stop();
      throw error;
    }
    return signer;
  }

  /** The message with the signature that it adds, if any. */
  async sign(message: Buffer): Promise<Buffer> {
    const response = await fetch(`${this.#url}/checkv2`, {
      method: 'POST',
      body: new Uint8Array(message),
      headers: { IP: '127.0.0.1' },
    });
    const answer: unknown = await response.json();
    const has = typeof answer === 'object' && answer !== null && 'dkim-signature' in answer;
    if (!has) return message;
    return Buffer.concat([Buffer.from(`DKIM-Signature: ${answer['dkim-signature']}\r\n`), message]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }

  /** Waits until it listens. */
  async #answers(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await fetch(`${this.#url}/ping`);
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        await sleep(MILLISECONDS_BETWEEN);
      }
    }
  }
}
