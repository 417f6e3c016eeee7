import { Readable, Transform } from 'node:stream';
import type { SigningClient, SigningOptions } from '@letterhead/client/nodemailer';
import { letterhead } from '@letterhead/client/nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf } from '../signing/sending-account.ts';

const MAIL = { from: 'Help <help@example.org>', to: 'you@example.net', subject: 'Hällo', text: 'Hello.\n' };

interface Sent {
  readonly envelope: unknown;
  readonly message: Buffer;
}

function mailer(
  { letterhead: client }: { letterhead: SigningClient },
  options: Partial<SigningOptions> = {},
) {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  transport.use('stream', letterhead(client, { account: 1, ...options }));
  return { sendMail: async (mail: SendMailOptions) => toSent(await transport.sendMail(mail)) };
}

function toSent({ envelope, message }: { envelope: unknown; message: Buffer | Readable }): Sent {
  if (!Buffer.isBuffer(message)) throw new Error('The mailer gave a stream where a buffer was requested.');
  return { envelope, message };
}

test('mail from a verified domain is signed, with attachments from streams and every line end', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const { message, envelope } = await mailer(server).sendMail({
    ...MAIL,
    text: 'One\nTwo\r\nThree\rFour\n\n\n',
    attachments: [{ filename: 'a.bin', content: Readable.from([Buffer.alloc(100_000, 7)]) }],
  });
  expect(envelope).toEqual({ from: 'help@example.org', to: ['you@example.net'] });
  expect(message.toString()).toMatch(/^DKIM-Signature: v=1; .*\r\nFrom: Help <help@example\.org>\r\n/s);
  expect(await verifyWithMailauth(message, keyRecordOf(domain))).toMatchObject({ passes: true });
});

test('nothing of a message travels but its headers and the hash of its body', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const sent: unknown[] = [];
  const mutate = (input: unknown) => {
    sent.push(input);
    return server.letterhead.signing.sign.mutate(Object(input));
  };
  const client = { signing: { sign: { mutate } } };
  await mailer({ letterhead: client }).sendMail({ ...MAIL, text: 'rosebud', html: '<p>rosebud' });
  expect(sent).toEqual([
    {
      account: 1,
      headers: expect.stringMatching(/^From: .*\r\n\r\n$/s),
      body_hash: expect.stringMatching(/^.{43}=$/),
    },
  ]);
  expect(JSON.stringify(sent)).not.toContain('rosebud');
});

test('a hundred messages at once are signed, each in a request of its own', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const transport = mailer(server);
  const headers = { 'X-Long': 'word '.repeat(1_000) };
  const infos = await Promise.all(
    Array.from({ length: 100 }, (_, at) => transport.sendMail({ ...MAIL, headers, text: `${at}` })),
  );
  const verdicts = await Promise.all(
    infos.map(({ message }) => verifyWithMailauth(message, keyRecordOf(domain))),
  );
  expect(verdicts.filter(({ passes }) => !passes)).toEqual([]);
});

test.each([
  ['held by nobody', 'a@example.com', /holds no domain/],
  ['not verified', 'a@mail.example.org', /is not verified/],
])('mail from a domain that is %s fails, or passes unsigned, as set', async (_what, from, sentence) => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  await expect(mailer(server).sendMail({ ...MAIL, from })).rejects.toThrow(sentence);
  const { message } = await mailer(server, { otherDomains: 'pass' }).sendMail({ ...MAIL, from });
  expect(message.toString()).toMatch(/^From: /);
});

test('mail that can’t be signed for another reason fails whatever is set, and so does an unreachable server', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const transport = mailer(server, { otherDomains: 'pass' });
  await expect(transport.sendMail({ ...MAIL, from: 'a@example.org, b@example.net' })).rejects.toThrow(
    /several domains/,
  );
  const readOnly = await server.makeToken(['domains:read']);
  const { createLetterhead } = await import('@letterhead/client');
  for (const [url, token] of [
    [server.url, readOnly],
    ['http://127.0.0.1:9', server.token],
  ] as const) {
    const client = createLetterhead({ url, token });
    const other = mailer({ letterhead: client }, { otherDomains: 'pass' });
    await expect(other.sendMail(MAIL)).rejects.toThrow();
  }
});

test('the envelope sender is of the Return-Path domain once that is verified, unless the mail has its own', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.example.net' },
    dns: { zones: { 'example.org': {}, 'example.net': { bounces: { A: ['192.0.2.1'] } } } },
  });
  await addVerifiedDomain(server, 'example.org');
  const mail = { ...MAIL, cc: 'c@example.net', bcc: 'd@example.net' };
  const { envelope } = await mailer(server).sendMail(mail);
  expect(envelope).toEqual({
    from: expect.stringMatching(/^help@bounces-[a-z0-9]{11}\.example\.org$/),
    to: ['you@example.net', 'c@example.net', 'd@example.net'],
  });
  const own = { from: 'x@example.org', to: ['y@example.net'] };
  expect((await mailer(server).sendMail({ ...mail, envelope: own })).envelope).toEqual(own);
});

test('what an earlier plugin changes is signed, with the line ends that the mail is to have', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const transport = createTransport({ streamTransport: true, buffer: true });
  transport.use('stream', (mail, done) => {
    mail.message.transform(
      () =>
        new Transform({
          transform: (piece, _encoding, next) => next(null, String(piece).replaceAll('Hello', 'Bye')),
        }),
    );
    done();
  });
  transport.use('stream', letterhead(server.letterhead, { account: 1 }));
  for (const newline of ['unix', 'windows']) {
    const { message } = toSent(await transport.sendMail({ ...MAIL, newline }));
    expect(message.toString()).toContain('Bye.');
    expect(message.includes('\r')).toBe(newline === 'windows');
    expect(await verifyWithMailauth(message, keyRecordOf(domain))).toMatchObject({ passes: true });
  }
});
