import { randomBytes } from 'node:crypto';
import { LetterheadError } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { createKeyCipher } from '../../server/keys/key-encryption.ts';

const owner = { account: 1, domain: 7 };
const privateKey = randomBytes(1217);

function errorOf(open: () => unknown): LetterheadError {
  try {
    open();
  } catch (error) {
    if (error instanceof LetterheadError) return error;
    throw error;
  }
  throw new Error('It opened.');
}

test('a sealed key opens for the same owner', () => {
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  expect(Buffer.from(cipher.decrypt(cipher.encrypt(privateKey, owner), owner))).toEqual(privateKey);
});

test('a sealed key opens after a restart with the same secret', () => {
  const secret = randomBytes(32);
  const encrypted = createKeyCipher(secret, randomBytes).encrypt(privateKey, owner);
  expect(Buffer.from(createKeyCipher(secret, randomBytes).decrypt(encrypted, owner))).toEqual(privateKey);
});

test('a key is never sealed twice to the same text, and the text shows nothing of the key', () => {
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const [one, other] = [cipher.encrypt(privateKey, owner), cipher.encrypt(privateKey, owner)];
  expect(one).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
  expect(one).not.toBe(other);
  expect(Buffer.from(one.slice(3), 'base64url').includes(privateKey.subarray(0, 16))).toBe(false);
});

test.each([
  { account: 2, domain: 7 },
  { account: 1, domain: 8 },
  { account: 7, domain: 1 },
  { account: 17, domain: 7 },
])('a sealed key does not open for another owner: %j', (other) => {
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const encrypted = cipher.encrypt(privateKey, owner);
  expect(errorOf(() => cipher.decrypt(encrypted, other)).code).toBe('unavailable');
});

test('a sealed key does not open with another secret', () => {
  const encrypted = createKeyCipher(randomBytes(32), randomBytes).encrypt(privateKey, owner);
  const other = createKeyCipher(randomBytes(32), randomBytes);
  expect(errorOf(() => other.decrypt(encrypted, owner)).message).toContain('SECRET_KEY');
});

test('a sealed key does not open when any character was altered', () => {
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const encrypted = cipher.encrypt(randomBytes(30), owner);
  for (let i = 0; i < encrypted.length; i += 1) {
    for (const character of ['A', 'B', '=', '+', ' ']) {
      const altered = encrypted.slice(0, i) + character + encrypted.slice(i + 1);
      if (altered === encrypted) continue;
      expect(errorOf(() => cipher.decrypt(altered, owner)).code).toBe('unavailable');
    }
    expect(errorOf(() => cipher.decrypt(encrypted.slice(0, i), owner)).code).toBe('unavailable');
  }
  expect(errorOf(() => cipher.decrypt(`${encrypted}A`, owner)).code).toBe('unavailable');
});

test('the error for a key that does not open says nothing of keys', () => {
  const secret = randomBytes(32);
  const cipher = createKeyCipher(secret, randomBytes);
  const encrypted = cipher.encrypt(privateKey, owner);
  const error = errorOf(() => cipher.decrypt(encrypted, { account: 1, domain: 8 }));
  expect(error.cause).toBeUndefined();
  expect(error.retryAfter).toBeGreaterThan(0);
  for (const material of [
    encrypted,
    secret.toString('base64'),
    secret.toString('hex'),
    privateKey.toString('base64'),
  ]) {
    expect(`${error.message}${error.stack}`).not.toContain(material);
  }
});

test('the key check detects a wrong secret', () => {
  const secret = randomBytes(32);
  const cipher = createKeyCipher(secret, randomBytes);
  const check = cipher.makeKeyCheck();
  expect(createKeyCipher(secret, randomBytes).verifyKeyCheck(check)).toBe(true);
  expect(createKeyCipher(randomBytes(32), randomBytes).verifyKeyCheck(check)).toBe(false);
  expect(cipher.verifyKeyCheck('')).toBe(false);
  expect(cipher.verifyKeyCheck(cipher.encrypt(Buffer.from('letterhead key check'), owner))).toBe(false);
});

test.each([0, 16, 31, 33])('a secret of %i bytes is refused', (length) => {
  expect(() => createKeyCipher(randomBytes(length), randomBytes)).toThrow(`${length} bytes`);
});
