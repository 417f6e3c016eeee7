import { findUnlikelyName } from '@letterhead/shared';
import { expect, test } from 'vitest';

test.each(['gmail.com', 'GMX.de', ' hotmail.co.uk ', 'www.web.de.', 'live.com.au'])(
  'a domain of an e-mail provider is pointed out: %j',
  (name) => expect(findUnlikelyName(name)).toContain('belongs to an e-mail provider'),
);

test('a name that begins with www is pointed out, with the name that was probably meant', () => {
  expect(findUnlikelyName('www.example.org')).toBe(
    'Mail is rarely sent from www.example.org. If your addresses end in @example.org, enter example.org.',
  );
});

test.each([
  'example.org',
  'mail.gmail.example',
  'www.org',
  'www',
  'wwwexample.org',
  'yahoo.example',
  'gmx',
  '',
])('nothing is said of other names: %j', (name) => expect(findUnlikelyName(name)).toBeNull());
