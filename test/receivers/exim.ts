import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MessageFile, type Receiver, run } from './receiver.ts';

/** Every message is refused once its signature was verified, and the refusal says how that went. */
const settingsIn = (folder: string) => `
primary_hostname = receiver.example
spool_directory = ${folder}
log_file_path = ${folder}/%slog
keep_environment =
dns_use_edns0 = 1
smtp_accept_max_per_connection = 0
tls_advertise_hosts =
acl_smtp_rcpt = accept
acl_smtp_dkim = dkim
acl_smtp_data = data
dkim_verify_signers = example.org : xn--bcher-kva.example
begin acl
dkim:
  warn condition = \${if !eq{$dkim_verify_status}{none}}
       set acl_m_dkim = $dkim_verify_status $dkim_verify_reason
  accept
data:
  deny message = dkim=$acl_m_dkim
`;
const ENVELOPE = 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n';

/** Exim, in an SMTP session on its standard input. */
export const exim: Receiver = {
  name: 'exim',
  probe: ['exim', '-bV'],
  async verify(folder, messages) {
    // It drops root's rights before it writes its log.
    const spool = join(folder, 'exim');
    await mkdir(spool, { recursive: true });
    await chmod(spool, 0o777);
    const settings = join(folder, 'exim.conf');
    await writeFile(settings, settingsIn(spool));
    return readReplies(
      await run('exim', ['-C', settings, '-bs'], { folder, input: session(messages) }),
      messages,
    );
  },
};

function session(messages: readonly MessageFile[]): Buffer {
  const parts = messages.flatMap(({ message }) => [
    Buffer.from(ENVELOPE),
    stuffDots(message),
    Buffer.from('\r\n.\r\n'),
  ]);
  return Buffer.concat([Buffer.from('EHLO sender.example\r\n'), ...parts, Buffer.from('QUIT\r\n')]);
}

/** RFC 5321 §4.5.2. */
function stuffDots(message: Buffer): Buffer {
  return Buffer.from(message.toString('latin1').replaceAll(/^\./gm, '..'), 'latin1');
}

/** What follows each `354 Enter message` says how the message was taken. */
function readReplies(replies: string, messages: readonly MessageFile[]) {
  const lines = replies.split(/\r?\n/);
  const said = lines.flatMap((line, at) => (line.startsWith('354') ? [lines[at + 1] ?? ''] : []));
  return messages.map((_, at) => ({
    passes: said[at]?.startsWith('550 dkim=pass') ?? false,
    said: said[at] ?? 'nothing',
  }));
}
