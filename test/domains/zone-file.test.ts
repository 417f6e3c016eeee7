import type { Domain } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { toDomain } from '../../server/domains/domain-view.ts';
import { formatZoneFile } from '../../server/domains/zone-file.ts';
import { NOT_VERIFIED, OUR_KEY, SELECTOR, sendingDomain } from '../verification/sending-domain.ts';

function zoneFileOf(changes: Parameters<typeof sendingDomain>[0]): string[][] {
  const domain: Domain = toDomain(sendingDomain(changes));
  const lines = formatZoneFile(domain)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'));
  return lines.map((line) => line.split('\t'));
}

test('a zone file has full names, and texts in strings that fit', () => {
  const [dkim = []] = zoneFileOf({ domain: 'mail.example.co.uk', subdomain: 'mail' });
  expect(dkim.slice(0, 4)).toEqual([`${SELECTOR}._domainkey.mail.example.co.uk.`, '3600', 'IN', 'TXT']);
  const strings = [...(dkim[4] ?? '').matchAll(/"([^"]*)"/g)].map(([, part = '']) => part);
  expect(strings.map(({ length }) => length)).toEqual([255, 145]);
  expect(strings.join('')).toBe(`k=rsa;p=${OUR_KEY}`);
});

test('the target of an alias in a zone file is a full name, too', () => {
  const records = zoneFileOf({ return_path: { ...NOT_VERIFIED, target: 'token.bounces.example.net' } });
  expect(records[1]).toEqual([
    `bounces-${SELECTOR}.example.org.`,
    '3600',
    'IN',
    'CNAME',
    'token.bounces.example.net.',
  ]);
});
