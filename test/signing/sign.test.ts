import type { Domain } from '@letterhead/shared';
import { digestMessage } from '@letterhead/shared/message';
import { describe, expect, test } from 'vitest';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import type { RestAnswer, TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from './sending-account.ts';

const NOW = new Date('2026-05-04T12:00:00Z');
const ZONES = { 'example.org': {}, 'example.net': {} };
const SIGN = '/accounts/1/sign';

function message(from: string, more = ''): string {
  return `From: ${from}\r\n${more}Subject: Hello\r\n\r\nHello.\r\n`;
}

function start(environment: Record<string, string> = {}): Promise<TestServer> {
  return startTestServer({ environment, clock: () => NOW, dns: { zones: ZONES } });
}

function signRaw(server: TestServer, body: string | Buffer, query = '', token = server.token) {
  return server.rest('POST', SIGN + query, {
    token,
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'message/rfc822' },
  });
}

async function expectValid(answer: RestAnswer, signed: string, domain: Domain): Promise<void> {
  expect(answer.status, answer.text).toBe(200);
  const verdict = await verifyWithMailauth(
    Buffer.from(answer.body.data.header + signed),
    keyRecordOf(domain),
  );
  expect(verdict).toMatchObject({ passes: true });
}

/** The tags of a signature, unfolded. */
function tagsOf(header: string): Record<string, string> {
  const value = header.replace(/^DKIM-Signature:/, '').replaceAll(/\s+/g, '');
  return Object.fromEntries(value.split(';').map((tag) => [tag.split('=', 1)[0], tag.replace(/^\w+=/, '')]));
}

test('a raw message, its headers with the hash of its body, and a tRPC client get the same valid signature', async () => {
  await using server = await start();
  const domain = await addVerifiedDomain(server, 'example.org');
  const text = message('Help desk <help@example.org>', 'To: you@example.net\r\n');
  const raw = await signRaw(server, text);
  await expectValid(raw, text, domain);
  expect(Object.keys(raw.body.data)).toEqual(['domain_id', 'domain', 'selector', 'header', 'return_path']);
  expect(raw.body.data).toMatchObject({ domain_id: domain.id, domain: 'example.org', return_path: null });

  const digest = await digestMessage([Buffer.from(text)]);
  const byHash = await server.rest('POST', SIGN, { json: digest });
  expect(byHash.body).toEqual(raw.body);
  const form = new URLSearchParams({ ...digest }).toString();
  expect((await server.rest('POST', SIGN, { form })).body).toEqual(raw.body);
  expect(await server.letterhead.signing.sign.mutate({ account: 1, ...digest })).toEqual(raw.body.data);
});

test('the signature is rsa-sha256, relaxed, timed, without l=, x=, i= and z=, and each line is short', async () => {
  await using server = await start();
  await addVerifiedDomain(server, 'example.org');
  const { header } = (await signRaw(server, message('help@example.org'))).body.data;
  const { v, a, c, d, t } = tagsOf(header);
  expect({ v, a, c, d, t }).toEqual({
    v: '1',
    a: 'rsa-sha256',
    c: 'relaxed/relaxed',
    d: 'example.org',
    t: String(NOW.getTime() / 1000),
  });
  expect(Object.keys(tagsOf(header))).toEqual(['v', 'a', 'c', 'd', 's', 't', 'h', 'bh', 'b']);
  expect(header).toMatch(/^DKIM-Signature: (?:[^\r\n]{1,78}\r\n\t)+[^\r\n]{1,78}\r\n$/);
});

test('a field is signed as often as it occurs, and From, Subject and Reply-To once more', async () => {
  await using server = await start();
  const domain = await addVerifiedDomain(server, 'example.org');
  const more =
    'received: by mx\r\nTo: a@example.net\r\nX-Mailer: x\r\nto: b@example.net\r\nMessage-Id: <1@example.org>\r\nList-Unsubscribe: <https://example.org/u>\r\n';
  const answer = await signRaw(server, message('help@example.org', more));
  expect(tagsOf(answer.body.data.header)['h']).toBe(
    'From:From:Subject:Subject:To:To:Reply-To:Message-ID:List-Unsubscribe',
  );
  const { header } = answer.body.data;
  const signed = message('help@example.org', more);
  await expectValid(answer, signed, domain);
  for (const added of ['From: b@evil.example', 'Subject: Other', 'Reply-To: b@evil.example']) {
    const verdict = await verifyWithMailauth(
      Buffer.from(`${header}${added}\r\n${signed}`),
      keyRecordOf(domain),
    );
    expect(verdict.passes, added).toBe(false);
  }
});

test('the nearest domain decides: an unverified subdomain is not replaced by its verified parent', async () => {
  await using server = await start();
  const parent = await addVerifiedDomain(server, 'example.org');
  const text = message('a@news.mail.example.org');
  const byParent = await signRaw(server, text);
  expect(byParent.body.data.domain).toBe('example.org');
  await expectValid(byParent, text, parent);

  const child = await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  const refused = await signRaw(server, text);
  expect(refused.body).toMatchObject({ code: 'not_signable' });
  expect(refused.body.errors.domain[0]).toMatch(/mail\.example\.org \(domain 2\) is not verified/);
  expect((await signRaw(server, message('a@example.org'))).body.data.domain).toBe('example.org');

  const allowed = await signRaw(server, text, '?allow_unverified=true');
  expect(allowed.body.data.domain).toBe('mail.example.org');
  await expectValid(allowed, text, child);
});

test('the Return-Path domain is given once its record is verified', async () => {
  await using server = await start({ RETURN_PATH_HOST: 'bounces.example.net' });
  server.dns.publish('bounces.example.net', { MX: ['10 mx.example.net'], A: ['192.0.2.1'] });
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  const [dkim] = domain.dns_records;
  if (dkim === undefined) throw new Error('There is no record.');
  publishRecords(server, { ...domain, dns_records: [dkim] });
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  const text = message('a@mail.example.org');
  expect((await signRaw(server, text)).body.data.return_path).toBeNull();
  publishRecords(server, domain);
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  const { selector, return_path } = (await signRaw(server, text)).body.data;
  expect(return_path).toBe(`bounces-${selector}.mail.example.org`);
});

test('a key signs no more once its domain has another name, or is deleted', async () => {
  await using server = await start();
  const { id, dns_records } = await addVerifiedDomain(server, 'example.org');
  expect((await signRaw(server, message('a@example.org'))).status).toBe(200);
  await server.letterhead.domains.update.mutate({ account: 1, id, domain: 'example.net' });
  expect((await signRaw(server, message('a@example.org'))).body.errors.domain[0]).toMatch(/holds no domain/);
  const renamed = await signRaw(server, message('a@example.net'), '?allow_unverified=true');
  expect(dns_records[0]?.hostname).not.toContain(renamed.body.data.selector);
  await server.letterhead.domains.delete.mutate({ account: 1, id });
  const gone = await signRaw(server, message('a@example.net'), '?allow_unverified=true');
  expect(gone.body.errors.domain[0]).toMatch(/holds no domain/);
});

test('another account’s domain of the same name does not sign', async () => {
  await using server = await start();
  await addVerifiedDomain(server, 'example.org');
  const { id: other } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const text = message('a@example.org');
  const digest = await digestMessage([Buffer.from(text)]);
  const refused = await server.rest('POST', `/accounts/${other}/sign`, { json: digest });
  expect(refused.body.errors.domain[0]).toMatch(/^Account 2 holds no domain that example\.org/);
});

describe('a message is refused, with what is wrong and what to do', () => {
  test.each([
    ['no From field', 'To: a@example.org\r\n\r\n', 'from', /has no From field/],
    ['two From fields', 'From: a@example.org\r\nfrom: b@example.org\r\n\r\n', 'from', /has 2 From fields/],
    ['two domains', message('a@example.org, b@example.net'), 'from', /example\.org and example\.net/],
    ['a domain and one below it', message('a@example.org, b@x.example.org'), 'from', /several domains/],
    [
      'many domains',
      message(Array.from({ length: 20 }, (_, at) => `a@${at}.example.org`).join()),
      'from',
      /several/,
    ],
    ['an empty group', message('Undisclosed:;'), 'from', /names no address/],
    ['a From field that can’t be read', message('b@evil.example <a@example.org>'), 'from', /can’t be read/],
    ['an address literal', message('a@[192.0.2.1]'), 'from', /domain is none/],
    ['a public suffix', message('a@co.uk'), 'domain', /holds no domain that co\.uk/],
    ['another domain', message('a@example.com'), 'domain', /holds no domain that example\.com/],
    ['a domain that only ends alike', message('a@notexample.org'), 'domain', /holds no domain/],
    ['a line that is no field', 'From: a@example.org\r\nHello\r\n\r\n', 'headers', /after header field 1/],
    ['an mbox line first', 'From a Mon May 4\r\nFrom: a@example.org\r\n\r\n', 'headers', /stands first/],
    ['a folded line first', ' x\r\nFrom: a@example.org\r\n\r\n', 'headers', /stands first/],
    ['no end of its headers', 'From: a@example.org\r\n', 'headers', /ends within its headers/],
    ['a NUL in its body', `${message('a@example.org')}\0`, 'body', /NUL/],
    ['mixed line ends', `${message('a@example.org')}a\nb`, 'body', /CRLF throughout/],
    [
      'thousands of labels before a domain of the account',
      message(`a@${'a.'.repeat(15_000)}example.org`),
      'from',
      /at most 253 characters/,
    ],
    [
      'headers over 32 KiB',
      message('a@example.org', `X: ${'x'.repeat(32 * 1024)}\r\n`),
      'headers',
      /over 32 KiB/,
    ],
  ])('%s', async (_what, text, part, sentence) => {
    await using server = await start();
    await addVerifiedDomain(server, 'example.org');
    const { status, body } = await signRaw(server, text);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'not_signable' });
    expect(body).toMatchObject({
      message: expect.stringMatching(sentence),
      errors: { [part]: [body.message] },
    });
  });

  test.each([
    ['a NUL', { headers: 'From: a@example.org\0' }, 'headers', /NUL/],
    ['a CR alone', { headers: 'From: a@example.org\rTo: b' }, 'headers', /CR without an LF/],
    ['mixed line ends', { headers: 'From: a@example.org\nTo: b\r\n' }, 'headers', /CRLF throughout/],
    [
      'more than a header block',
      { headers: 'From: a@example.org\r\n\r\nHello' },
      'headers',
      /Send the header block alone/,
    ],
    [
      'more than 32 KiB',
      { headers: `From: a@example.org\r\nX: ${'ä'.repeat(16 * 1024)}` },
      'headers',
      /over 32 KiB/,
    ],
    ['a body hash in hexadecimal', { body_hash: 'e3b0c442' }, 'body_hash', /no|not a SHA-256/],
    ['a body hash of SHA-1', { body_hash: '2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'body_hash', /44 characters/],
    ['a body hash that is no base64', { body_hash: `${'_'.repeat(43)}=` }, 'body_hash', /44 characters/],
  ])('%s, by body hash', async (_what, change, part, sentence) => {
    await using server = await start();
    await addVerifiedDomain(server, 'example.org');
    const { headers, body_hash } = await digestMessage([Buffer.from(message('a@example.org'))]);
    const { status, body } = await server.rest('POST', SIGN, { json: { headers, body_hash, ...change } });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'not_signable' });
    expect(body.errors[part]).toEqual([expect.stringMatching(sentence)]);
  });
});

test.each([
  ['without the empty line', (headers: string) => headers.trimEnd()],
  ['with its last line end', (headers: string) => headers.replace(/\r\n\r\n$/, '\r\n')],
  ['with LF throughout', (headers: string) => headers.replaceAll('\r\n', '\n')],
])('a header block %s gets the same signature', async (_what, change) => {
  await using server = await start();
  await addVerifiedDomain(server, 'example.org');
  const { headers, body_hash } = await digestMessage([Buffer.from(message('a@example.org'))]);
  const whole = await server.rest('POST', SIGN, { json: { headers, body_hash } });
  const changed = await server.rest('POST', SIGN, { json: { headers: change(headers), body_hash } });
  expect(changed.body).toEqual(whole.body);
});

test('an international domain signs as its A-label, however the From field spells it', async () => {
  await using server = await startTestServer({ dns: { zones: { 'xn--bcher-kva.example': {} } } });
  const domain = await addVerifiedDomain(server, 'bücher.example');
  for (const from of [
    'a@bücher.example',
    'a@BÜCHER.example',
    'a@xn--bcher-kva.example',
    'ö <ö@Bücher.example>',
  ]) {
    const text = message(from);
    const answer = await signRaw(server, text);
    expect(tagsOf(answer.body.data.header)['d']).toBe('xn--bcher-kva.example');
    await expectValid(answer, text, domain);
  }
});

test('a header block in another charset than UTF-8 is signed as it is', async () => {
  await using server = await start();
  const domain = await addVerifiedDomain(server, 'example.org');
  const latin1 = Buffer.from(message('"J\xf6rg" <a@example.org>', 'X-Mixed: \xc3\xb6\r\n'), 'latin1');
  const digest = await digestMessage([latin1]);
  for (const answer of [await signRaw(server, latin1), await server.rest('POST', SIGN, { json: digest })]) {
    expect(answer.status, answer.text).toBe(200);
    const signed = Buffer.concat([Buffer.from(answer.body.data.header), latin1]);
    expect(await verifyWithMailauth(signed, keyRecordOf(domain))).toMatchObject({ passes: true });
  }
});

test('the signatures of an account have a limit of their own, and count for no other', async () => {
  await using server = await start({ RATE_LIMIT_PER_MINUTE: '20', SIGN_LIMIT_PER_MINUTE: '30' });
  await addVerifiedDomain(server, 'example.org');
  const token = await server.makeToken(['domains:sign']);
  const digest = await digestMessage([Buffer.from(message('a@example.org'))]);
  const statuses: number[] = [];
  for (let i = 0; i < 31; i++)
    statuses.push((await server.rest('POST', SIGN, { token, json: digest })).status);
  expect(statuses).toEqual([...Array<number>(30).fill(200), 429]);
  expect((await server.rest('GET', '/token', { token })).status).toBe(200);
});

test('a token without the scope domains:sign does not sign', async () => {
  await using server = await start();
  const token = await server.makeToken(['domains:read', 'domains:write']);
  expect((await signRaw(server, message('a@example.org'), '', token)).body.code).toBe('forbidden');
});

test('the signatures of a domain are counted for a day', async () => {
  let now = NOW;
  await using server = await startTestServer({ clock: () => now, dns: { zones: ZONES } });
  const { id } = await addVerifiedDomain(server, 'example.org');
  const today = () => server.letterhead.signing.today.query({ account: 1, id });
  expect(await today()).toEqual({ signed_today: 0, since: NOW });
  for (let i = 0; i < 3; i++) await signRaw(server, message('a@example.org'));
  await signRaw(server, message('a@example.com'));
  expect(await today()).toEqual({ signed_today: 3, since: NOW });
  now = new Date('2026-05-05T00:00:01Z');
  expect(await today()).toEqual({ signed_today: 0, since: new Date('2026-05-05T00:00:00Z') });
  await signRaw(server, message('a@example.org'));
  expect((await today()).signed_today).toBe(1);
});

test('a message that begins with an empty line, or with nothing, has no From field', async () => {
  await using server = await start();
  expect(await signRaw(server, '\r\nFrom: a@example.org\r\n\r\nHello.\r\n')).toMatchObject({
    status: 422,
    body: { code: 'not_signable', errors: { from: [expect.stringContaining('no From field')] } },
  });
  const empty = { headers: '', body_hash: `${'A'.repeat(43)}=` };
  expect((await server.rest('POST', '/accounts/1/sign', { json: empty })).body.message).toContain(
    'no From field',
  );
});

test('signatures are counted by account, and nothing of a message is logged or told as an event', async () => {
  await using server = await start();
  await addVerifiedDomain(server, 'example.org');
  const before = await server.letterhead.events.list.query({ account: 1 });
  await signRaw(server, message('a@example.org', 'X-Secret: rosebud\r\n'));
  await signRaw(server, `${message('a@example.org', 'X-Secret: rosebud\r\n')}\0`);
  const metrics = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  expect(await metrics.text()).toContain('letterhead_signatures_total{account="1"} 1\n');
  expect(await server.letterhead.events.list.query({ account: 1 })).toEqual(before);
  expect(server.log.join('')).not.toMatch(/rosebud|Hello\./);
});
