import { letterhead } from '@letterhead/client/nodemailer';
import { digestMessage } from '@letterhead/shared/message';
import { createTransport } from 'nodemailer';
import type { TestServer } from '../running-server.ts';
import { startMailServers } from '../signers/mail-servers.ts';
import { whatSignersLack } from '../signers/packages.ts';
import { asSent, type Signer } from '../signers/signer.ts';

/** Starts every way to sign with the keys of account 1: by the API, and by the mail servers that the machine has. */
export async function startSigners(server: TestServer): Promise<AsyncDisposable & { signers: Signer[] }> {
  await using started = new AsyncDisposableStack();
  const lacking = whatSignersLack();
  if (lacking !== null) process.stdout.write(`Not among the signers: ${lacking}.\n`);
  const mailServers = lacking === null ? await startMailServers(server, started) : [];
  const resources = started.move();
  return {
    signers: [...apiSigners(server), ...mailServers],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function apiSigners(server: TestServer): Signer[] {
  return [
    { name: 'signing.sign, raw', differs: {}, sign: (message) => signRaw(server, message) },
    { name: 'signing.sign, by body hash', differs: {}, sign: (message) => signByHash(server, message) },
    {
      name: 'nodemailer',
      // It builds them anew before they are signed.
      differs: { 'mixed line ends': null, 'a CR alone': null },
      sign: (message) => signInNodemailer(server, message),
    },
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
