import { randomBytes } from 'node:crypto';
import { LetterheadError } from '@letterhead/shared';
import { expect, it } from 'vitest';
import { createKeySeal } from '../../server/dkim/key-seal.ts';

const owner = { account: 1, domain: 7 };
const privateKey = randomBytes(1217);

function refusal(open: () => unknown): LetterheadError {
  try {
    open();
  } catch (error) {
    if (error instanceof LetterheadError) return error;
    throw error;
  }
  throw new Error('It opened.');
}

it('opens what it sealed, for the same owner', () => {
  const seal = createKeySeal(randomBytes(32), randomBytes);
  expect(Buffer.from(seal.open(seal.seal(privateKey, owner), owner))).toEqual(privateKey);
});

it('opens it after a restart with the same secret', () => {
  const secret = randomBytes(32);
  const sealed = createKeySeal(secret, randomBytes).seal(privateKey, owner);
  expect(Buffer.from(createKeySeal(secret, randomBytes).open(sealed, owner))).toEqual(privateKey);
});

it('never seals twice to the same text, and shows nothing of the key', () => {
  const seal = createKeySeal(randomBytes(32), randomBytes);
  const [one, other] = [seal.seal(privateKey, owner), seal.seal(privateKey, owner)];
  expect(one).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
  expect(one).not.toBe(other);
  expect(Buffer.from(one.slice(3), 'base64url').includes(privateKey.subarray(0, 16))).toBe(false);
});

it.each([
  { account: 2, domain: 7 },
  { account: 1, domain: 8 },
  { account: 7, domain: 1 },
  { account: 17, domain: 7 },
])('stays shut for another owner: %j', (other) => {
  const seal = createKeySeal(randomBytes(32), randomBytes);
  const sealed = seal.seal(privateKey, owner);
  expect(refusal(() => seal.open(sealed, other)).code).toBe('unavailable');
});

it('stays shut to another secret', () => {
  const sealed = createKeySeal(randomBytes(32), randomBytes).seal(privateKey, owner);
  const other = createKeySeal(randomBytes(32), randomBytes);
  expect(refusal(() => other.open(sealed, owner)).message).toContain('SECRET_KEY');
});

it('stays shut where any character was altered', () => {
  const seal = createKeySeal(randomBytes(32), randomBytes);
  const sealed = seal.seal(randomBytes(30), owner);
  for (let i = 0; i < sealed.length; i += 1) {
    for (const character of ['A', 'B', '=', '+', ' ']) {
      const altered = sealed.slice(0, i) + character + sealed.slice(i + 1);
      if (altered === sealed) continue;
      expect(refusal(() => seal.open(altered, owner)).code).toBe('unavailable');
    }
    expect(refusal(() => seal.open(sealed.slice(0, i), owner)).code).toBe('unavailable');
  }
  expect(refusal(() => seal.open(`${sealed}A`, owner)).code).toBe('unavailable');
});

it('says nothing of keys when it refuses', () => {
  const secret = randomBytes(32);
  const seal = createKeySeal(secret, randomBytes);
  const sealed = seal.seal(privateKey, owner);
  const error = refusal(() => seal.open(sealed, { account: 1, domain: 8 }));
  expect(error.cause).toBeUndefined();
  expect(error.retryAfter).toBeGreaterThan(0);
  for (const material of [
    sealed,
    secret.toString('base64'),
    secret.toString('hex'),
    privateKey.toString('base64'),
  ]) {
    expect(`${error.message}${error.stack}`).not.toContain(material);
  }
});

it('notices a wrong secret by the key check', () => {
  const secret = randomBytes(32);
  const seal = createKeySeal(secret, randomBytes);
  const check = seal.makeKeyCheck();
  expect(createKeySeal(secret, randomBytes).verifyKeyCheck(check)).toBe(true);
  expect(createKeySeal(randomBytes(32), randomBytes).verifyKeyCheck(check)).toBe(false);
  expect(seal.verifyKeyCheck('')).toBe(false);
  expect(seal.verifyKeyCheck(seal.seal(Buffer.from('letterhead key check'), owner))).toBe(false);
});

it.each([0, 16, 31, 33])('takes no secret of %i bytes', (length) => {
  expect(() => createKeySeal(randomBytes(length), randomBytes)).toThrow(`${length} bytes`);
});
