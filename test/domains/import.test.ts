import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { longestStretch } from '../security/cpu-stretch.ts';

const KEYS = '/accounts/1/keys';

function newKey(bits = 2048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pkcs1: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    encrypted: privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString(),
    base64: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

const KEY = newKey();

const importKey = (server: TestServer, json: Record<string, unknown>) =>
  server.rest('POST', KEYS, {
    json: { domain: 'example.org', selector: 'mail', private_key: KEY.pem, ...json },
  });

const publish = (server: TestServer, selector: string, publicKey = KEY.publicKey) =>
  server.dns.publish(`${selector}._domainkey.example.org`, { TXT: [`v=DKIM1; k=rsa; p=${publicKey}`] });

test.each([
  ['mail', KEY.pem],
  ['2026.mail-a', KEY.pkcs1],
  ['s'.repeat(63), KEY.base64],
])(
  'a domain moves in with the selector %s and its key, and is verified without a change to the DNS',
  async (selector, pem) => {
    await using server = await startTestServer({ environment: { RETURN_PATH_HOST: 'bounces.example.net' } });
    publish(server, selector);
    const { status, body } = await importKey(server, { selector: selector.toUpperCase(), private_key: pem });
    expect([status, body.data?.outcome, body.data?.proved, body.data?.warnings]).toEqual([
      201,
      'imported',
      true,
      [],
    ]);
    expect(body.data.domain).toMatchObject({
      domain: 'example.org',
      verified: true,
      dns_records: [
        { hostname: `${selector}._domainkey`, value: `k=rsa;p=${KEY.publicKey}`, verified: true },
        { label: 'Return-Path', hostname: expect.stringMatching(/^bounces-[a-z0-9]{11}$/), verified: false },
      ],
    });
    expect(body.data.key).toMatchObject({ selector, bits: 2048, activated_at: expect.any(String) });
    const { letterhead } = server;
    const { records } = await letterhead.domains.diagnosis.query({ account: 1, id: 1 });
    expect(records[0]).toMatchObject({ code: 'OK', fqdn: `${selector}._domainkey.example.org` });
    const events = await letterhead.events.list.query({ account: 1, limit: 100 });
    expect(events.map(({ type }) => type).slice(-3)).toEqual([
      'domain.created',
      'key.imported',
      'domain.verified',
    ]);
    // It can be run again.
    const again = await importKey(server, { selector, private_key: pem });
    expect([again.status, again.body.data.outcome, again.body.data.domain.id]).toEqual([201, 'unchanged', 1]);
  },
);

test('a key that the DNS does not have is not taken, and it is said what is there', async () => {
  await using server = await startTestServer();
  const missing = await importKey(server, {});
  expect([missing.status, missing.body.code]).toEqual([422, 'invalid']);
  expect(missing.body.errors.selector[0]).toMatch(
    /^The DNS doesn’t have this key at mail\._domainkey\.example\.org\. The DKIM record is missing: /,
  );
  publish(server, 'mail', newKey().publicKey);
  const other = await importKey(server, {});
  expect(other.body.message).toContain('The record contains another key');
  expect((await server.rest('GET', '/accounts/1/domains')).body.data).toEqual([]);
});

test('a key that the DNS could not be asked for is not said to be missing there', async () => {
  await using server = await startTestServer();
  for (const one of [server.dns.resolver, ...server.dns.authorities]) one.fault = 'silent';
  const { status, body } = await importKey(server, {});
  expect([status, body.errors.selector]).toEqual([
    422,
    [
      'The DNS could not be asked for this key at mail._domainkey.example.org. Our DNS resolver isn’t answering. Try again later.',
    ],
  ]);
});

test('a key is taken unproved where that is asked for, and verified once it is found', async () => {
  await using server = await startTestServer();
  const { status, body } = await importKey(server, { unproved: true });
  expect([status, body.data.proved, body.data.domain.verified]).toEqual([201, false, false]);
  expect(body.data.warnings).toEqual([expect.stringContaining('was not looked for in the DNS')]);
  publish(server, 'mail');
  expect(await server.letterhead.domains.verifyDns.mutate({ account: 1, id: 1 })).toMatchObject({
    verified: true,
  });
});

test('a trial run says what would be done, and does nothing', async () => {
  await using server = await startTestServer();
  publish(server, 'mail');
  const { status, body } = await importKey(server, { dry_run: true });
  expect([status, body.data]).toEqual([
    201,
    { outcome: 'importable', domain: null, key: null, bits: 2048, proved: true, warnings: [] },
  ]);
  expect((await server.rest('GET', '/accounts/1/domains')).body.data).toEqual([]);
});

test('a key of 1024 bits is taken with a warning', async () => {
  await using server = await startTestServer();
  const short = newKey(1024);
  publish(server, 'mail', short.publicKey);
  const { body } = await importKey(server, { private_key: short.pem });
  expect(body.data).toMatchObject({ outcome: 'imported', bits: 1024, domain: { verified: true } });
  expect(body.data.warnings).toEqual([expect.stringContaining('1024 bits')]);
});

test.each([
  ['with a passphrase', KEY.encrypted, 'protected by a passphrase'],
  ['that is a public one', KEY.publicPem, 'This is a public key'],
  ['that is a public one, in base64 alone', KEY.publicKey, 'This is a public key'],
  [
    'of another algorithm',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'of the algorithm ed25519',
  ],
  ['of 512 bits', newKey(512).pem, 'has 512 bits'],
  ['of more bits than receivers take', newKey(4104).pem, 'has 4104 bits'],
  ['that is cut off', KEY.pem.slice(0, 800), 'This is not a private key'],
  ['that is no key', 'hello', 'This is not a private key'],
])('a key %s is refused for what it is, and nothing is half done', async (_, key, sentence) => {
  await using server = await startTestServer();
  publish(server, 'mail');
  const { status, body } = await importKey(server, { private_key: key });
  expect([status, body.code]).toEqual([422, 'invalid']);
  expect(body.errors.private_key[0]).toContain(sentence);
  expect((await server.rest('GET', '/accounts/1/domains')).body.data).toEqual([]);
});

/** A key in base64 that lacks the number to be computed from its others, which takes minutes. */
function largeDsaKey(): string {
  const large = element(0x02, Buffer.alloc(4_000, 0x7f));
  const parameters = element(0x30, large, element(0x02, Buffer.alloc(20, 0x7f)), element(0x02, Buffer.of(3)));
  const algorithm = element(0x30, element(0x06, Buffer.from('2a8648ce380401', 'hex')), parameters);
  return element(0x30, element(0x02, Buffer.of(0)), algorithm, element(0x04, large)).toString('base64');
}

/** An element of DER, with a length of two octets. */
function element(tag: number, ...values: readonly Buffer[]): Buffer {
  const value = Buffer.concat(values);
  return Buffer.concat([Buffer.of(tag, 0x82, value.length >> 8, value.length & 0xff), value]);
}

test('a large key of another algorithm is refused at once, in base64 and in PEM', async () => {
  await using server = await startTestServer();
  const base64 = largeDsaKey();
  const pem = `-----BEGIN PRIVATE KEY-----\n${base64.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  for (const key of [base64, pem]) {
    const stretch = await longestStretch(async () => {
      const { body } = await importKey(server, { private_key: key, unproved: true });
      expect(body.errors.private_key[0]).toContain('of the algorithm dsa');
    });
    expect(stretch).toBeLessThan(100);
  }
});

test('a key whose public exponent makes each signature slow is refused', async () => {
  await using server = await startTestServer();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), e: Buffer.alloc(200, 0x7f).toString('base64url') };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const pem = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  const { status, body } = await importKey(server, { private_key: pem, unproved: true });
  expect([status, body.errors.private_key[0]]).toEqual([422, expect.stringContaining('64 bits')]);
});

/** Numbers of a key that still sign: OpenSSL takes any that are no longer than the modulus, however long that takes it. */
test.each([
  ['whose primes are as large as its modulus', { p: 512, q: 512, dp: 512, dq: 512 }],
  ['whose exponents are larger than its primes', { dp: 512, dq: 512 }],
])('a key %s, which makes each signature slow, is refused', async (_, octets) => {
  await using server = await startTestServer();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
  const long = (length: number) => Buffer.alloc(length, 0x7f).toString('base64url');
  const numbers = Object.entries(octets).map(([name, length]) => [name, long(length)]);
  const jwk = { ...privateKey.export({ format: 'jwk' }), ...Object.fromEntries(numbers) };
  const pem = createPrivateKey({ key: jwk, format: 'jwk' })
    .export({ type: 'pkcs1', format: 'pem' })
    .toString();
  const { status, body } = await importKey(server, { private_key: pem, unproved: true });
  expect([status, body.errors?.private_key[0]]).toEqual([
    422,
    expect.stringContaining('don’t belong together'),
  ]);
});

test('a key with hundreds of primes beside its own is refused before it is tried out', async () => {
  await using server = await startTestServer();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const numbers = Buffer.from(privateKey.export({ type: 'pkcs1', format: 'der' })).subarray(4);
  // Version 1, and primes of one octet with their exponents and coefficients.
  const prime = element(0x30, Buffer.from('020103020103020103', 'hex'));
  const primes = element(0x30, ...Array.from({ length: 750 }, () => prime));
  const key = element(0x30, Buffer.of(2, 1, 1), numbers.subarray(3), primes);
  const { status, body } = await importKey(server, { private_key: key.toString('base64'), unproved: true });
  expect([status, body.errors?.private_key[0]]).toEqual([
    422,
    expect.stringContaining('more than two primes'),
  ]);
});

test('a domain that is there with another key keeps it', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  publish(server, 'mail');
  expect(await importKey(server, {})).toMatchObject({ status: 422, body: { code: 'domain_taken' } });
});

test('a domain is created with a selector of its own, and one that the DNS cannot have is refused', async () => {
  await using server = await startTestServer();
  const create = (domain: string, selector: string) =>
    server.rest('POST', '/accounts/1/domains', { form: `domain=${domain}&selector=${selector}` });
  const { body } = await create('example.org', 'Mail.2026');
  expect(body.data.dns_records[0].hostname).toBe('mail.2026._domainkey');
  for (const selector of ['', 'a b', '-a', 'a..b', 'x'.repeat(64), 'a._domainkey', '%C3%BC'])
    expect(await create('example.net', selector)).toMatchObject({
      status: 422,
      body: { errors: { selector: [expect.stringContaining('A selector is letters')] } },
    });
  const long = `${'a'.repeat(60)}.`.repeat(3);
  expect(await create(`${long}example.net`, 'x'.repeat(63))).toMatchObject({
    status: 422,
    body: { errors: { selector: [expect.stringContaining('longer than a name in the DNS')] } },
  });
});

test('whoever imports and deletes a domain again and again cannot fill the log of events that are kept for 400 days', async () => {
  await using server = await startTestServer({ environment: { MAX_DOMAINS_PER_ACCOUNT: '2' } });
  for (const _time of Array(4)) {
    const { status, body } = await importKey(server, { unproved: true });
    expect(status).toBe(201);
    expect((await importKey(server, { unproved: true })).body.data.outcome).toBe('unchanged');
    await server.letterhead.domains.delete.mutate({ account: 1, id: body.data.domain.id });
  }
  expect((await importKey(server, { unproved: true, dry_run: true })).status).toBe(201);
  const { status, headers } = await importKey(server, { unproved: true });
  expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect(await server.letterhead.domains.list.query({ account: 1 })).toEqual([]);
});
