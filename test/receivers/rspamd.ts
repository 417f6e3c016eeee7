import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageFile, Receiver, Verdict } from './receiver.ts';

const URL = 'http://127.0.0.1:11333/checkv2';
const TRIES = 200;
const MILLISECONDS_BETWEEN = 50;

/** Nothing but the module for DKIM. The list of top-level domains is a short one: compiling the real one takes long. */
const settingsIn = (folder: string) => `
options {
  filters = "dkim";
  dns { nameserver = ["127.0.0.1:53:10"]; timeout = 2s; retransmits = 2; }
  tempdir = "${folder}";
  pidfile = "${folder}/pid";
  url_tld = "${folder}/tld";
  local_addrs = [];
}
logging { type = "console"; level = "error"; color = false; }
worker "normal" { bind_socket = "127.0.0.1:11333"; count = 1; }
metric { name = "default"; actions { reject = 1000; } }
dkim {}
`;

/** Rspamd, asked over HTTP as its milter does. */
export const rspamd: Receiver = {
  name: 'rspamd',
  probe: ['rspamd', '--version'],
  async verify(folder, messages) {
    const own = join(folder, 'rspamd');
    await mkdir(own, { recursive: true });
    await chmod(own, 0o777);
    await writeFile(join(own, 'tld'), 'org\nnet\n');
    await writeFile(join(own, 'rspamd.conf'), settingsIn(own));
    const server = spawn('rspamd', ['-f', '-i', '-c', join(own, 'rspamd.conf')], { stdio: 'ignore' });
    const exited = once(server, 'exit');
    try {
      await answers(messages);
      const verdicts: Verdict[] = [];
      for (const one of messages) verdicts.push(toVerdict(await check(one)));
      return verdicts;
    } finally {
      server.kill();
      await exited;
    }
  },
};

/** Waits until it listens. */
async function answers([first]: readonly MessageFile[]): Promise<void> {
  for (let tries = 1; first !== undefined; tries++) {
    try {
      await check(first);
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(MILLISECONDS_BETWEEN);
    }
  }
}

async function check({ message }: MessageFile): Promise<string> {
  const response = await fetch(URL, {
    method: 'POST',
    body: new Uint8Array(message),
    headers: { IP: '192.0.2.1' },
  });
  return response.text();
}

function toVerdict(answer: string): Verdict {
  const [said] = /R_DKIM_[A-Z]+/.exec(answer) ?? [answer];
  return { passes: said === 'R_DKIM_ALLOW', said };
}
