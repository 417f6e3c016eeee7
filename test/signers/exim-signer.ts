import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../receivers/receiver.ts';
import { SmtpSink } from '../smtp-sink.ts';

const settingsIn = (spool: string, tables: string, port: number) => `
primary_hostname = sender.example
spool_directory = ${spool}
log_file_path = ${spool}/%slog
keep_environment =
allow_utf8_domains = true
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = smtp
begin transports
smtp:
  driver = smtp
  port = ${port}
  hosts_try_fastopen =
  dkim_domain = \${utf8_domain_to_alabel:\${lc:\${domain:\${address:$rh_from:}}}}
  dkim_selector = \${lookup{$dkim_domain}lsearch{${tables}/selectors}}
  dkim_private_key = \${lookup{$dkim_domain}lsearch{${tables}/private_keys}}
`;

/** Characters: some lines. */
const LOG_END = 500;

/** Debian's Exim, which signs with the tables of an export what it sends. */
export class EximSigner implements Disposable {
  readonly #settings: string;
  readonly #spool: string;
  readonly #sink: SmtpSink;

  private constructor(settings: string, spool: string, sink: SmtpSink) {
    this.#settings = settings;
    this.#spool = spool;
    this.#sink = sink;
  }

  static async start(tables: string): Promise<EximSigner> {
    const sink = await SmtpSink.start();
    const spool = join(tables, 'spool');
    await mkdir(spool, { recursive: true });
    // It drops root's rights before it writes there.
    await chmod(spool, 0o777);
    const settings = join(tables, 'exim.conf');
    await writeFile(settings, settingsIn(spool, tables, sink.port));
    // As the manual says: the mail server's user owns the export.
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'Debian-exim', join(tables, 'keys')]);
    return new EximSigner(settings, spool, sink);
  }

  /** The message as it is sent, signed or not. Rejects with what Exim says where it isn't sent. */
  async sign(message: Buffer): Promise<Buffer> {
    // Without a sender, there are no bounces.
    const args = ['-C', this.#settings, '-odi', '-oi', '-f', '<>', 'b@example.net'];
    const said = await run('exim', args, { input: message });
    const sent = this.#sink.take();
    if (sent === undefined) throw new Error(`Exim sent nothing: ${said}${await this.#lastLines()}`);
    return sent.message;
  }

  /** The end of its log, which says why it didn't send. */
  async #lastLines(): Promise<string> {
    const log = await readFile(join(this.#spool, 'mainlog'), 'utf8');
    return log.slice(-LOG_END);
  }

  [Symbol.dispose](): void {
    this.#sink[Symbol.dispose]();
  }
}
