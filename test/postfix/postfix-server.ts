import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { POSTFIX } from './packages.ts';

const QUEUES = ['active', 'bounce', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'private'];
/** A user that Debian's Exim brings: Postfix's own comes with its installation. */
const OWNER = 'Debian-exim';

const settingsIn = (folder: string, relayPort: number) => `
compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
daemon_directory = ${POSTFIX}/sbin
shlib_directory = ${POSTFIX}
import_environment = MAIL_CONFIG MAIL_LOGTAG LD_LIBRARY_PATH
mail_owner = ${OWNER}
setgid_group = mail
default_privs = nobody
maillog_file = /dev/stdout
myhostname = sender.example
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
smtp_host_lookup = native
relayhost = [127.0.0.1]:${relayPort}
`;

const servicesAt = (port: number) => `
127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
smtp unix - - n - - smtp
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`;

/** Debian's Postfix, with further lines of `main.cf`, which sends everything on to one server. */
export class Postfix implements AsyncDisposable {
  readonly port: number;
  readonly #stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port;
    this.#stop = stop;
  }

  static async start(relayPort: number, mainCf: string): Promise<Postfix> {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-postfix-'));
    const port = await freePort();
    for (const name of [
      'etc',
      'data',
      'spool',
      'spool/pid',
      'spool/public',
      ...QUEUES.map((one) => `spool/${one}`),
    ])
      await mkdir(join(folder, name));
    execFileSync('chown', ['-R', OWNER, join(folder, 'data'), join(folder, 'spool')]);
    execFileSync('chown', ['root', join(folder, 'spool'), join(folder, 'spool/pid')]);
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'etc/main.cf'), settingsIn(folder, relayPort) + mainCf);
    await writeFile(join(folder, 'etc/master.cf'), servicesAt(port));
    // In a group of its own, with everything that it starts.
    const child = spawn(join(POSTFIX, 'sbin/master'), ['-c', join(folder, 'etc'), '-d'], {
      detached: true,
      stdio: 'ignore',
      env: { LD_LIBRARY_PATH: POSTFIX },
    });
    const exited = once(child, 'exit');
    await expect.poll(() => isListening(port)).toBe(true);
    return new Postfix(port, async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
