import { letterhead } from '@letterhead/client/nodemailer';
import { digestMessage } from '@letterhead/shared/message';
import { createTransport } from 'nodemailer';
import type { TestServer } from '../running-server.ts';

/** A way to have messages signed. */
export interface Signer {
  readonly name: string;
  /** Whether it builds messages anew before they are signed. */
  readonly mends: boolean;
  /** The message as it is sent, with its signature. Rejects with the reason where it is refused. */
  sign(message: Buffer): Promise<Buffer>;
}

/** All ways to sign by the API of a server; each further one is a line. */
export function signersOf(server: TestServer): Signer[] {
  return [
    { name: 'signing.sign, raw', mends: false, sign: (message) => signRaw(server, message) },
    { name: 'signing.sign, by body hash', mends: false, sign: (message) => signByHash(server, message) },
    { name: 'nodemailer', mends: true, sign: (message) => signInNodemailer(server, message) },
  ];
}

async function signRaw(server: TestServer, message: Buffer): Promise<Buffer> {
  const { status, body } = await server.rest('POST', '/accounts/1/sign', {
    body: new Uint8Array(message),
    headers: { 'content-type': 'message/rfc822' },
  });
  if (status !== 200) throw new Error(body.message);
  return Buffer.concat([Buffer.from(body.data.header), asSent(message)]);
}

async function signByHash({ letterhead: client }: TestServer, message: Buffer): Promise<Buffer> {
  const digest = await digestMessage([message]);
  const { header } = await client.signing.sign.mutate({ account: 1, ...digest });
  return Buffer.concat([Buffer.from(header), asSent(message)]);
}

async function signInNodemailer({ letterhead: client }: TestServer, message: Buffer): Promise<Buffer> {
  const transport = createTransport({ streamTransport: true, buffer: true });
  transport.use('stream', letterhead(client, { account: 1 }));
  const envelope = { from: 'help@example.org', to: 'you@example.net' };
  const sent = await transport.sendMail({ raw: message, envelope });
  if (!Buffer.isBuffer(sent.message))
    throw new Error('The mailer gave a stream where a buffer was requested.');
  return sent.message;
}

/** With CRLF, also at the end, as SMTP has it. */
function asSent(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const lines = text.includes('\r\n') ? text : text.replaceAll('\n', '\r\n');
  return Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}
