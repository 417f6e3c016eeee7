import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { randomLabel } from '../../server/random.ts';
import {
  dkimHostname,
  makeSelector,
  returnPathHostname,
  returnPathToken,
} from '../../server/records/record-names.ts';

test('a selector has 11 letters and digits', () => {
  for (let i = 0; i < 1000; i += 1) expect(makeSelector(randomBytes)).toMatch(/^[a-z0-9]{11}$/);
});

test('no selector and no Return-Path token comes twice', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => makeSelector(randomBytes))).size).toBe(10_000);
  expect(new Set(Array.from({ length: 10_000 }, () => returnPathToken(randomBytes))).size).toBe(10_000);
});

test('each character of a random label is equally likely: every byte value counts once or not at all', () => {
  // A random source that gives each byte value once a round: a character that came up more often would be likelier.
  let next = 0;
  const everyByte = (size: number) => Uint8Array.from({ length: size }, () => next++ % 256);
  const counts = new Map<string, number>();
  for (const character of randomLabel(252 * 4, everyByte)) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(36);
  expect(new Set(counts.values())).toEqual(new Set([28]));
});

test('a Return-Path token has at least 128 bits, and is a DNS label', () => {
  const token = returnPathToken(randomBytes);
  expect(token).toMatch(/^[a-z0-9]{1,63}$/);
  expect(token.length * Math.log2(36)).toBeGreaterThan(128);
});

test('hosts of records lie under the subdomain, relative to the registrable domain', () => {
  expect(dkimHostname('653216321fh', null)).toBe('653216321fh._domainkey');
  expect(dkimHostname('653216321fh', 'mail.eu')).toBe('653216321fh._domainkey.mail.eu');
  expect(returnPathHostname('653216321fh', null)).toBe('bounces-653216321fh');
  expect(returnPathHostname('653216321fh', 'mail.eu')).toBe('bounces-653216321fh.mail.eu');
});
