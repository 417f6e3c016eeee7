import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { expect } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly raw: Buffer;
  readonly subject: string;
  /** The plain text, decoded. */
  readonly text: string;
  readonly html: string;
}

/** A real SMTP server on loopback, which answers as it is told to. */
export interface MailServer extends AsyncDisposable {
  readonly url: string;
  /** Settings of a server that sends notices through it. */
  readonly environment: Record<string, string>;
  readonly received: readonly ReceivedMail[];
  /** An answer to recipients, such as `550 No such user`, or `` for none, by address; those that are not named are taken. */
  readonly answers: Map<string, string>;
  /** How often each recipient was asked for. */
  readonly asked: string[];
  /** Resolves once so many mails have arrived. */
  until(count: number): Promise<readonly ReceivedMail[]>;
  /** Closes the port. */
  stop(): Promise<void>;
  /** Opens it again. */
  resume(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const answers = new Map<string, string>();
  const asked: string[] = [];
  const listen = async (port: number) => {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo({ address }, _session, done) {
        asked.push(address);
        const answer = answers.get(address);
        if (answer === '') return;
        done(answer === undefined ? null : refusal(answer));
      },
      onData(stream, { envelope }, done) {
        void buffer(stream).then((raw) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          for (const { address } of envelope.rcptTo) received.push({ to: address, from, ...read(raw) });
          done();
        });
      },
    });
    server.on('error', () => {});
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = addressOf(server.server);
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const url = `smtp://127.0.0.1:${port}`;
  return {
    url,
    environment: {
      SMTP_URL: url,
      NOTICE_FROM: 'notices@notices.example',
      PUBLIC_URL: 'http://letterhead.example',
    },
    received,
    answers,
    asked,
    async until(count) {
      await expect
        .poll(() => received.length, { interval: 20, timeout: 15_000 })
        .toBeGreaterThanOrEqual(count);
      return received;
    },
    stop,
    async resume() {
      server = await listen(port);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function refusal(answer: string): Error {
  const [code, ...words] = answer.split(' ');
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) });
}

function read(raw: Buffer): Pick<ReceivedMail, 'raw' | 'subject' | 'text' | 'html'> {
  const message = raw.toString('latin1');
  return {
    raw,
    subject: decodeWords(headerOf(message, 'Subject') ?? ''),
    text: partOf(message, 'text/plain').replaceAll('\r\n', '\n'),
    html: partOf(message, 'text/html'),
  };
}

/** The unfolded value of a field of a message or of a part. */
export function headerOf(message: string, name: string): string | undefined {
  const head = message.slice(0, message.indexOf('\r\n\r\n')).replaceAll(/\r\n(?=[ \t])/g, '');
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1];
}

function partOf(message: string, type: string): string {
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(message) ?? [];
  const part = message
    .split(`--${boundary}\r\n`)
    .find((one) => headerOf(one, 'Content-Type')?.startsWith(type));
  if (part === undefined) throw new Error(`The mail has no part of type ${type}.`);
  const body = part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n--[^\r\n]*--\s*$/, '');
  const encoding = headerOf(part, 'Content-Transfer-Encoding') ?? '7bit';
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body;
}

function decodeQuotedPrintable(text: string): string {
  const octets = text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString();
}

/** RFC 2047. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/(\?=)\s+(=\?)/g, '$1$2')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString()
        : decodeQuotedPrintable(word.replaceAll('_', ' ')),
    );
}
