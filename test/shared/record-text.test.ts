import { csvLine, quotedStrings, recordsEmail } from '@letterhead/shared';
import { expect, test } from 'vitest';

test('a long value split into strings of 255 characters is the same value when joined', () => {
  const value = `k=rsa;p=${'A'.repeat(392)}`;
  const strings = quotedStrings(value).map((string) => string.slice(1, -1));
  expect(strings.map(({ length }) => length)).toEqual([255, 145]);
  expect(strings.join('')).toBe(value);
});

test('a CSV cell with a comma, a quotation mark or a line break is quoted as RFC 4180 requires', () => {
  expect(csvLine(['a', 'b,c', 'd"e', 'f\ng', ''])).toBe('a,"b,c","d""e","f\ng",\r\n');
});

test('the e-mail names the zone and, for each record, the host in both forms and the value', () => {
  const dkim = {
    label: 'DKIM' as const,
    type: 'TXT' as const,
    host: 'abc._domainkey.mail',
    fqdn: 'abc._domainkey.mail.example.org',
    value: 'k=rsa;p=MIIB',
  };
  const email = { domain: 'mail.example.org', zone: 'example.org', records: [dkim], sender: 'Acme' };
  const url = 'https://letterhead.example/share#lh_x';
  const text = recordsEmail({ ...email, share: { url, expires_at: new Date('2026-12-03T20:15:00Z') } });
  for (const part of ['this record to the DNS of example.org', dkim.host, dkim.fqdn, dkim.value]) {
    expect(text).toContain(part);
  }
  expect(text).toContain(`and works until 2026-12-03:\n${url}\n`);
  expect(text.endsWith('Thank you!\nAcme\n')).toBe(true);
  const all = 'All of these records are needed.';
  expect(text).not.toContain(all);
  expect(recordsEmail({ ...email, records: [dkim, dkim], share: null })).toContain(all);
  expect(recordsEmail({ ...email, share: { url, expires_at: null } })).not.toContain('until');
  expect(recordsEmail({ ...email, share: null })).not.toContain('page');
});
