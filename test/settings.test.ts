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
  expect(parse).toThrow(new RegExp(`^The setting ${name} cannot be used: [^\\n]+\\.$`));
  // The schema library's own messages are not for people.
  expect(parse).not.toThrow(/invalid|expected|received/i);
});
