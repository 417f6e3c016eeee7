import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveParent } from '../child-process.ts';
import { NameServer } from '../dns/name-server.ts';
import { dkimpy } from './dkimpy.ts';
import { exim } from './exim.ts';
import { mailDkim } from './mail-dkim.ts';
import { opendkim } from './opendkim.ts';
import { type MessageFile, NOTHING, type Receiver, succeeds, type Verdict } from './receiver.ts';
import { rspamd } from './rspamd.ts';

/** In a network and mounts of its own (`machine.ts`): a resolver at port 53, and the receivers that ask it. */

export interface Signed {
  /** The domain whose signature it is; example.org by default. */
  readonly domain?: string;
  readonly selector: string;
  /** Text of the TXT record at the selector of the domain. */
  readonly record: string;
  /** The message as sent, in base64. */
  readonly message: string;
}

export interface MachineReady {
  readonly present: readonly string[];
  readonly missing: readonly string[];
}

const RECEIVERS: readonly Receiver[] = [opendkim, dkimpy, mailDkim, exim, rspamd];
/** Domains that messages are from. */
const DOMAINS = ['example.org', 'xn--bcher-kva.example'];
const ZONE = { '@': { NS: ['ns1.example.org'] }, ns1: { A: ['127.0.0.1'] } };

execFileSync('ip', ['link', 'set', 'lo', 'up']);
// Goes with the mounts, however this process ends.
const folder = '/mnt';
execFileSync('mount', ['-t', 'tmpfs', 'none', folder]);
await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
execFileSync('mount', ['--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf']);
const zones = Object.fromEntries(DOMAINS.map((domain) => [domain, ZONE]));
const dns = await NameServer.start({ port: 53, recursive: true, zones });

// Some of them ask the DNS for the name of this machine, so that it has to go on answering.
const probed = await Promise.all(RECEIVERS.map(({ probe }) => succeeds(probe)));
const present = RECEIVERS.filter((_, at) => probed[at]);
const missing = RECEIVERS.filter((one) => !present.includes(one));
const namesOf = (receivers: readonly Receiver[]) => receivers.map(({ name }) => name);

serveParent<readonly Signed[]>(
  { present: namesOf(present), missing: namesOf(missing) } satisfies MachineReady,
  verifyAll,
);

/** Verdicts by receiver, in the order of the messages. */
async function verifyAll(signed: readonly Signed[]): Promise<Record<string, readonly Verdict[]>> {
  const own = await mkdtemp(join(folder, 'batch-'));
  await chmod(own, 0o755);
  const messages: MessageFile[] = [];
  for (const [at, { domain = 'example.org', selector, record, message }] of signed.entries()) {
    dns.publish(`${selector}._domainkey.${domain}`, { TXT: [record] });
    messages.push({ file: `${at}.eml`, message: Buffer.from(message, 'base64') });
  }
  for (const { file, message } of messages) await writeFile(join(own, file), message);
  const verdicts = await Promise.all(
    present.map(async (receiver) => [receiver.name, await verify(receiver, own, messages)] as const),
  );
  await rm(own, { recursive: true });
  return Object.fromEntries(verdicts);
}

/** Asks a second time about the messages that were refused: on a busy machine, the DNS doesn't answer everybody in time. */
async function verify(
  receiver: Receiver,
  own: string,
  messages: readonly MessageFile[],
): Promise<readonly Verdict[]> {
  try {
    const first = await receiver.verify(own, messages);
    const refused = messages.filter((_, at) => first[at]?.passes !== true);
    const second = await receiver.verify(own, refused);
    const again = new Map(refused.map(({ file }, at) => [file, second[at]]));
    return messages.map(({ file }, at) => again.get(file) ?? first[at] ?? NOTHING);
  } catch (error) {
    return messages.map(() => ({ passes: false, said: String(error) }));
  }
}
