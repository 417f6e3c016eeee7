import { expect, test } from 'vitest';
import { parseFromDomains } from '../../server/signing/address-list.ts';

test.each([
  ['an address alone', 'a@example.org', ['example.org']],
  ['an address in brackets', '<a@example.org>', ['example.org']],
  ['a name', 'Help desk <a@example.org>', ['example.org']],
  ['a name with dots', 'J. Q. Public <a@example.org>', ['example.org']],
  ['a name in quotes that has another address in it', '"b@evil.example, x" <a@example.org>', ['example.org']],
  ['a quote in quotes', String.raw`"a \"<b@evil.example>\"" <a@example.org>`, ['example.org']],
  ['an encoded word', '=?utf-8?q?B=C3=BCro?= <a@example.org>', ['example.org']],
  ['a comment', 'a@example.org (b@evil.example)', ['example.org']],
  ['comments within comments', String.raw`x (a (b) \) <c@evil.example>) <a@example.org>`, ['example.org']],
  ['a quoted local part', '"a b@evil.example"@example.org', ['example.org']],
  ['letters of other scripts', 'Почта <почта@пример.рф>', ['пример.рф']],
  ['a name beyond the BMP', '😀 <a@example.org>', ['example.org']],
  ['several addresses', 'a@example.org, B <b@example.net>', ['example.org', 'example.net']],
  ['a group', 'Team: a@example.org, B <b@example.net>;', ['example.org', 'example.net']],
  ['an empty group', 'Undisclosed:;', []],
  ['a group among addresses', 'Team: a@example.org;, b@example.net', ['example.org', 'example.net']],
  ['an address literal', 'a@[192.0.2.1]', ['[192.0.2.1]']],
])('%s is read', (_what, value, domains) => {
  expect(parseFromDomains(value)).toEqual(domains);
});

test.each([
  ['nothing', ''],
  ['a name alone', 'Help desk'],
  ['an address in a name without quotes', 'b@evil.example <a@example.org>'],
  ['an address after another without a comma', 'a@example.org b@evil.example'],
  ['an address after one in brackets', '<a@example.org> b@evil.example'],
  ['a domain in two parts', 'a@example .org'],
  ['a comment within a domain', 'a@exam(x)ple.org'],
  ['two at signs', 'a@evil.example@example.org'],
  ['an empty label', 'a@example..org'],
  ['no domain', 'a@'],
  ['no local part', '@example.org'],
  ['a route', '<@evil.example:a@example.org>'],
  ['an open quote', '"a <a@example.org>'],
  ['an open comment', '(a@example.org'],
  ['an open bracket', '<a@example.org'],
  ['an open group', 'Team: a@example.org'],
  ['a group in a group', 'A: B: a@example.org;;'],
  ['a comma at the end', 'a@example.org,'],
  ['brackets in a name without quotes', '[Team] Help <a@example.org'],
  ['a control character', 'a\x01@example.org'],
])('%s is not read', (_what, value) => {
  expect(parseFromDomains(value)).toBeNull();
});

test('as many addresses as a header block holds are read in time', () => {
  const value = Array<string>(8_000).fill('a@b').join();
  expect(parseFromDomains(value)).toHaveLength(8_000);
});
