import { generateKeyPairSync } from 'node:crypto';
import type { Domain } from '@letterhead/shared';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from '../signing/sending-account.ts';

const mailer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
const PATH = '/accounts/1/domains/1/proof';
const ON = { environment: { KEY_DELIVERY: 'true' } };

/** A server with a verified domain, and a message that is signed with its key. */
async function sendSigned(
  server: TestServer,
  from = 'help@example.org',
  hashAlgo = 'sha256',
): Promise<{ domain: Domain; message: string }> {
  const domain = await addVerifiedDomain(server, 'example.org');
  const token = await server.makeToken(['keys:read']);
  const answer = await fetch(`${server.url}/vault/v1/dkim/example.org`, {
    headers: { 'x-vault-token': token },
  });
  // `fetch` has no type for the body.
  const { data } = (await answer.json()) as { data: { selectors: { selector: string; key: string }[] } };
  const [key] = data.selectors;
  const { message } = await mailer.sendMail({
    from,
    to: 'b@example.net',
    subject: 'Hello',
    text: 'Hello.',
    dkim: {
      domainName: 'example.org',
      keySelector: key?.selector ?? '',
      privateKey: key?.key ?? '',
      hashAlgo,
    },
  });
  return { domain, message: String(message) };
}

const prove = (server: TestServer, body: string) =>
  server.rest('POST', PATH, { headers: { 'content-type': 'message/rfc822' }, body });

test('a message that arrived as it was signed proves that the key works', async () => {
  await using server = await startTestServer(ON);
  const { domain, message } = await sendSigned(server);
  const { status, body } = await prove(server, message);
  expect([status, body.data]).toEqual([
    200,
    {
      from: ['help@example.org'],
      proved: true,
      summary: 'It works: the message is signed with the key of example.org, and the signature verifies.',
      signatures: [
        {
          domain: 'example.org',
          selector: domain.dns_records[0]?.hostname.split('.')[0],
          verifies: true,
          aligned: true,
          ours: true,
          reason: 'ok',
          detail: expect.any(String),
        },
      ],
    },
  ]);
});

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');
const same = (text: string) => text;

/** What becomes of the message, and of the record, after it was signed. */
const SPOILT: [reason: string, message: (text: string) => string, record: (text: string) => string | null][] =
  [
    ['body_changed', (message) => message.replace('Hello.', 'Hello!'), same],
    ['header_changed', (message) => message.replace('Subject: Hello', 'Subject: Bye'), same],
    ['other_key', same, () => `k=rsa;p=${otherKey}`],
    ['no_key', same, () => null],
    ['no_key', same, () => 'k=rsa;p='],
    ['test_mode', same, (record) => `${record};t=y`],
  ];

test.each(SPOILT)(
  'a message whose signature does not count says why: %s',
  async (reason, change, changeRecord) => {
    await using server = await startTestServer(ON);
    const { domain, message } = await sendSigned(server);
    const record = changeRecord(keyRecordOf(domain));
    const host = `${domain.dns_records[0]?.hostname}.example.org`;
    server.dns.publish(host, record === null ? null : { TXT: [record] });
    const { status, body } = await prove(server, change(message));
    expect([status, body.data.signatures[0]?.reason]).toEqual([200, reason]);
    expect(body.data.proved).toBe(reason === 'test_mode');
  },
);

test('a message that an editor saved with a byte order mark or empty lines before it is proved all the same', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server);
  for (const before of ['\ufeff', '\r\n\n', '\ufeff\n'])
    expect((await prove(server, before + message)).body.data).toMatchObject({ proved: true });
});

test('what is not the source of a message is said not to be, and nothing on its way is blamed', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server);
  for (const text of [message.replaceAll(/^/gm, '  '), 'Hello.\r\n'])
    expect((await prove(server, text)).body.data).toMatchObject({
      from: [],
      proved: false,
      summary: expect.stringContaining('no From field'),
    });
});

test('a signature with rsa-sha1, which receivers refuse, proves nothing', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server, 'help@example.org', 'sha1');
  expect(message).toContain('a=rsa-sha1;');
  const { body } = await prove(server, message);
  expect(body.data).toMatchObject({ proved: false, signatures: [{ reason: 'weak_algorithm' }] });
});

test('a signature of another domain than From’s verifies, and is said not to count', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server, 'help@elsewhere.example');
  const { body } = await prove(server, message);
  expect(body.data).toMatchObject({
    proved: false,
    signatures: [{ reason: 'other_domain', aligned: false }],
  });
});

test('a message that was signed before signing moved to another key is proved while its key is retiring', async () => {
  await using server = await startTestServer(ON);
  const { domain, message } = await sendSigned(server);
  const target = { account: 1, id: domain.id };
  await server.letterhead.keys.rotate.mutate(target);
  publishRecords(server, await server.letterhead.domains.get.query(target));
  await server.letterhead.domains.verifyDns.mutate(target);
  expect(await server.letterhead.keys.list.query(target)).toMatchObject([{ state: 'retiring' }, {}]);
  const { body } = await prove(server, message);
  expect(body.data).toMatchObject({ proved: true, signatures: [{ ours: true, reason: 'ok' }] });
});

test('a message without a signature, and one with too many, are judged', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server);
  const plain = 'From: a@example.org\r\n\r\nHello.\r\n';
  expect((await prove(server, plain)).body.data).toMatchObject({ proved: false, signatures: [] });
  const [signature = ''] = /DKIM-Signature:(?:.*\r\n[ \t])*.*\r\n/.exec(message) ?? [];
  const { body } = await prove(server, signature.repeat(20) + message);
  expect(body.data.signatures).toHaveLength(5);
});

test('a proof takes messages alone, up to 25 MiB', async () => {
  await using server = await startTestServer(ON);
  const { message } = await sendSigned(server);
  const json = await server.rest('POST', PATH, { json: {} });
  expect([json.status, json.body.message]).toEqual([415, expect.stringContaining('message/rfc822')]);
  const nothing = await server.rest('POST', PATH, { headers: { 'content-type': 'message/rfc822' } });
  expect([nothing.status, nothing.body.errors?.message]).toEqual([
    422,
    ['Send the source of a message that arrived.'],
  ]);
  const large = await prove(
    server,
    `${message}${'x'.repeat(78)}\r\n`.repeat(1).padEnd(24 * 1024 ** 2, 'x\r\n'),
  );
  expect([large.status, large.body.data.signatures[0].reason]).toEqual([200, 'body_changed']);
  const tooLarge = await prove(server, 'x'.repeat(25 * 1024 ** 2 + 1)).catch(() => null);
  expect([413, undefined]).toContain(tooLarge?.status);
  expect(
    (
      await server.rest('POST', '/accounts/1/domains/9/proof', {
        headers: { 'content-type': 'message/rfc822' },
        body: message,
      })
    ).status,
  ).toBe(404);
});

test('the answer stays small, however many addresses and however long a selector a message has', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const addresses = Array.from({ length: 9_000 }, (_, at) => `a${at}@example.org`).join();
  const signature = `v=1; a=rsa-sha256; d=example.org; s=${'a.'.repeat(20_000)}a; h=from; bh=AAAA; b=AAAA`;
  const message = `DKIM-Signature: ${signature}\r\nFrom: ${'x'.repeat(1_000)}@example.org,${addresses}\r\n\r\nHello.\r\n`;
  const { status, body } = await prove(server, message);
  expect([status, body.data.from.length, body.data.signatures.length]).toEqual([200, 10, 1]);
  expect(JSON.stringify(body).length).toBeLessThan(5_000);
});

/** What the library makes of each is larger than the thread may be, and some of it in one piece. */
const LARGE_HEADERS: [what: string, header: string][] = [
  ['names in h=', `DKIM-Signature: v=1; a=rsa-sha256; d=a; s=a; bh=AAAA; b=AAAA; h=${':'.repeat(24e6)}`],
  ['lines', 'a:\n'.repeat(8e6)],
];

test.each(LARGE_HEADERS)('a message with millions of %s does not end the server', async (_, header) => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const { status, body } = await prove(server, `${header}\nFrom: a@example.org\n\nHello.\n`);
  expect([status, body.errors.message]).toEqual([422, [expect.stringContaining('more than 256 KiB')]]);
});

const SIGNED_BY = 'v=1; a=rsa-sha256; d=example.com; s=a; h=from; bh=AAAA; b=AAAA';

/** A body of 24 MB, which the library reads in time only in one piece and with CRLF. */
const LARGE_BODIES: [what: string, body: string][] = [
  ['one line of spaces', ' '.repeat(24e6)],
  ['empty lines after a CR', `\r\r${'\n'.repeat(24e6)}`],
];

test.each(LARGE_BODIES)('a message whose body is %s is judged', async (_, text) => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  for (const c of ['simple/simple', 'relaxed/relaxed']) {
    const { status, body } = await prove(
      server,
      `DKIM-Signature: ${SIGNED_BY}; c=${c}\nFrom: a@example.org\n\n${text}`,
    );
    expect([status, body.data.signatures]).toMatchObject([200, [{ domain: 'example.com' }]]);
  }
});

test('no more than five signatures are judged, wherever the colon of their names is', async () => {
  await using server = await startTestServer();
  await addVerifiedDomain(server, 'example.org');
  const { body } = await prove(
    server,
    `${`DKIM-Signature\r\n : ${SIGNED_BY}\r\n`.repeat(20)}From: a@example.org\r\n\r\nHello.\r\n`,
  );
  expect(body.data.signatures).toHaveLength(5);
});
