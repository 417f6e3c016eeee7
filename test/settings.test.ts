import { expect, test } from 'vitest';
import { parseSettings, SettingsError } from '../server/settings.ts';

test('no setting is required', () => {
  expect(parseSettings({})).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    DATA_DIR: './data',
    SECRET_KEY: null,
    DNS_SERVERS: null,
    DNS_ALLOW_PRIVATE: false,
    RATE_LIMIT_PER_MINUTE: 600,
    LOG_LEVEL: 'info',
  });
});

test('an empty setting counts as unset, and the others are trimmed', () => {
  expect(parseSettings({ PORT: ' ', HOST: ' ::1\n', SECRET_KEY: '' })).toMatchObject({
    PORT: 3000,
    HOST: '::1',
    SECRET_KEY: null,
  });
});

test('the mail server of notices and their sender are checked, and needed together', () => {
  const SMTP_URL = 'smtps://user:p%40ss@mail.example.org:465';
  const read = (NOTICE_FROM: string) => parseSettings({ SMTP_URL, NOTICE_FROM }).NOTICE_FROM;
  const sender = { name: '', address: 'notices@example.org', domain: 'example.org' };
  expect(read('notices@Example.org')).toEqual(sender);
  expect(read('"Help, desk" <notices@example.org>')).toEqual({ ...sender, name: 'Help, desk' });
  expect(read('<notices@bücher.example>')?.address).toBe('notices@xn--bcher-kva.example');
  for (const from of [
    'example.org',
    'a@b@example.org',
    'a@localhost',
    'Ann <a@example.org> b',
    'a b@example.org',
  ])
    expect(() => read(from)).toThrow(/^The setting NOTICE_FROM cannot be used: give an e-mail address/);
  for (const url of ['mail.example.org', 'http://mail.example.org', 'smtp://', 'smtp://a.example/?pool=true'])
    expect(() => parseSettings({ SMTP_URL: url, NOTICE_FROM: 'a@example.org' })).toThrow(
      /^The setting SMTP_URL cannot be used: give an address such as/,
    );
  expect(() => parseSettings({ SMTP_URL })).toThrow(/^The setting NOTICE_FROM is missing/);
  expect(() => parseSettings({ NOTICE_FROM: 'a@example.org' })).toThrow(/^The setting SMTP_URL is missing/);
});

test('each setting is read', () => {
  const key = Buffer.alloc(32, 7);
  expect(
    parseSettings({
      PORT: '0',
      SECRET_KEY: key.toString('base64'),
      DNS_SERVERS: '192.0.2.1, [2001:db8::1]:5353',
      DNS_ALLOW_PRIVATE: 'true',
      RETURN_PATH_HOST: 'Bounces.Example.org.',
      RATE_LIMIT_PER_MINUTE: '0',
    }),
  ).toMatchObject({
    PORT: 0,
    SECRET_KEY: key,
    DNS_SERVERS: [
      { address: '192.0.2.1', port: 53 },
      { address: '2001:db8::1', port: 5353 },
    ],
    DNS_ALLOW_PRIVATE: true,
    RETURN_PATH_HOST: 'bounces.example.org',
    RATE_LIMIT_PER_MINUTE: 0,
  });
});

test.each([
  ['PORT', '65536'],
  ['PORT', 'http'],
  ['PORT', '-1'],
  ['PORT', '0x50'],
  ['SECRET_KEY', 'c2hvcnQ='],
  ['BOOTSTRAP_TOKEN', 'lh_tooshort'],
  ['DNS_SERVERS', '127.0.0.1,dns.example.org'],
  ['DNS_ALLOW_PRIVATE', 'maybe'],
  ['DNS_AUTHORITY_PORT', '0'],
  ['RETURN_PATH_HOST', 'http://example.org'],
  ['MAX_DOMAINS_PER_ACCOUNT', '0'],
  ['RATE_LIMIT_PER_MINUTE', '1.5'],
  ['CORS_ORIGINS', 'https://example.org/path'],
  ['PUBLIC_URL', 'example.org'],
  ['TRUST_PROXY', 'proxy.example.org'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['TRUST_PROXY', '10.0.0.0/8/8'],
  ['LOG_LEVEL', 'loud'],
])('the setting %s cannot be %s, and one line says what to give', (name, value) => {
  const parse = () => parseSettings({ [name]: value });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(new RegExp(`^The setting ${name} cannot be used: [^\\n]*[^\\n.]\\.$`));
  // The schema library's own messages are not for people.
  expect(parse).not.toThrow(/invalid|expected|received/i);
});

const KEY_ZONE = {
  DKIM_ZONE: 'Keys.Example.net.',
  DKIM_ZONE_SERVER: 'ns1.example.net',
  DKIM_ZONE_TSIG: `Letterhead.:HMAC-SHA256:${Buffer.alloc(32, 7).toString('base64')}`,
};

test('the settings of a key zone are read', () => {
  const server = (given: string) => parseSettings({ ...KEY_ZONE, DKIM_ZONE_SERVER: given }).DKIM_ZONE_SERVER;
  expect(parseSettings({ ...KEY_ZONE, ROTATE_AFTER_DAYS: '90' })).toMatchObject({
    DKIM_ZONE: 'keys.example.net',
    DKIM_ZONE_SERVER: { host: 'ns1.example.net', port: 53 },
    DKIM_ZONE_TSIG: { name: 'letterhead', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 7) },
    ROTATE_AFTER_DAYS: 90,
  });
  expect(server('192.0.2.53:5353')).toEqual({ host: '192.0.2.53', port: 5353 });
  expect(server('[2001:db8::1]:5353')).toEqual({ host: '2001:db8::1', port: 5353 });
});

test.each([
  [{ DKIM_ZONE: 'localhost' }, 'DKIM_ZONE'],
  [{ DKIM_ZONE: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.net` }, 'DKIM_ZONE'],
  [{ DKIM_ZONE_SERVER: 'ns1.example.net:0' }, 'DKIM_ZONE_SERVER'],
  [{ DKIM_ZONE_SERVER: 'https://ns1.example.net' }, 'DKIM_ZONE_SERVER'],
  [
    { DKIM_ZONE_TSIG: 'letterhead:hmac-md5:MTIzNDU2Nzg5MDEyMzQ1Ng==' },
    'hmac-sha256, hmac-sha384, hmac-sha512',
  ],
  [{ DKIM_ZONE_TSIG: 'letterhead:hmac-sha256:not base64' }, 'base64'],
  [{ DKIM_ZONE_TSIG: 'letterhead:hmac-sha256:c2hvcnQ=' }, 'at least 16 bytes'],
  [{ DKIM_ZONE_TSIG: 'letterhead' }, 'name:algorithm:secret'],
  [{ DKIM_ZONE_TSIG: '' }, 'DKIM_ZONE_TSIG is missing'],
  [{ DKIM_ZONE: '' }, 'DKIM_ZONE is missing'],
  [{ ROTATE_AFTER_DAYS: '13' }, 'ROTATE_AFTER_DAYS'],
])('a key zone with %o stops the start with one line that says %s', (changed, words) => {
  const parse = () => parseSettings({ ...KEY_ZONE, ...changed });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(words);
  expect(() => parseSettings({ ROTATE_AFTER_DAYS: '30' })).toThrow(
    'DKIM_ZONE is missing, which ROTATE_AFTER_DAYS needs',
  );
});
