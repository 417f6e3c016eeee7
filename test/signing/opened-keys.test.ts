import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyCipher } from '../../server/keys/key-encryption.ts';
import { SIGN_LIMITS } from '../../server/limits.ts';
import { OpenedKeys } from '../../server/signing/opened-keys.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const DER = privateKey.export({ type: 'pkcs8', format: 'der' });
const OCTETS = Buffer.from('from:a@example.org');

/** Opened keys with a timer that a test sets off, and how often a key was decrypted. */
function openKeys() {
  const timers = new Map<() => void, number>();
  let decrypted = 0;
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const counting = {
    ...cipher,
    decrypt: (text: string, owner: { account: number; domain: number }) => {
      decrypted += 1;
      return cipher.decrypt(text, owner);
    },
  };
  const keys = new OpenedKeys(counting, (ms, run) => {
    timers.set(run, ms);
    return () => timers.delete(run);
  });
  const encrypt = (account: number, domain: number) => cipher.encrypt(DER, { account, domain });
  return { keys, timers, encrypt, decrypted: () => decrypted };
}

test('a key is opened once for many signatures, and dropped after a minute', async () => {
  const { keys, timers, encrypt, decrypted } = openKeys();
  const [encrypted, owner] = [encrypt(1, 7), { account: 1, domain: 7 }];
  for (let i = 0; i < 3; i++) {
    const value = await keys.sign(OCTETS, encrypted, owner);
    expect(verify('sha256', OCTETS, publicKey, value)).toBe(true);
  }
  expect(decrypted()).toBe(1);
  expect([...timers.values()]).toEqual([60_000]);
  for (const run of timers.keys()) run();
  expect(keys.size).toBe(0);
  await keys.sign(OCTETS, encrypted, owner);
  expect(decrypted()).toBe(2);
});

test('a key that is delivered is the one that signs, and is opened once for both', async () => {
  const { keys, encrypt, decrypted } = openKeys();
  const [encrypted, owner] = [encrypt(1, 7), { account: 1, domain: 7 }];
  const pem = keys.toPem(encrypted, owner);
  expect(pem).toBe(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const written of [pem, 'never']) expect(keys.toDelivered(encrypted, owner, () => written)).toBe(pem);
  expect(verify('sha256', OCTETS, publicKey, await keys.sign(OCTETS, encrypted, owner))).toBe(true);
  expect(decrypted()).toBe(1);
});

test('a key is dropped when its domain gets another one, or goes, or its account does', async () => {
  const { keys, timers, encrypt, decrypted } = openKeys();
  await keys.sign(OCTETS, encrypt(1, 7), { account: 1, domain: 7 });
  await keys.sign(OCTETS, encrypt(1, 7), { account: 1, domain: 7 });
  expect({ size: keys.size, timers: timers.size, decrypted: decrypted() }).toEqual({
    size: 1,
    timers: 1,
    decrypted: 2,
  });
  keys.forget(7);
  expect({ size: keys.size, timers: timers.size }).toEqual({ size: 0, timers: 0 });
  for (const [account, domain] of [
    [1, 7],
    [1, 8],
    [2, 9],
  ] as const)
    await keys.sign(OCTETS, encrypt(account, domain), { account, domain });
  keys.forgetAccount(1);
  expect(keys.size).toBe(1);
});

test('no more keys are open than the limit, and the longest open goes first', async () => {
  const { keys, timers, encrypt, decrypted } = openKeys();
  const first = encrypt(1, 1);
  await keys.sign(OCTETS, first, { account: 1, domain: 1 });
  for (let domain = 2; domain <= SIGN_LIMITS.openKeys + 1; domain++)
    await keys.sign(OCTETS, encrypt(1, domain), { account: 1, domain });
  expect({ size: keys.size, timers: timers.size }).toEqual({
    size: SIGN_LIMITS.openKeys,
    timers: SIGN_LIMITS.openKeys,
  });
  const before = decrypted();
  await keys.sign(OCTETS, first, { account: 1, domain: 1 });
  expect(decrypted()).toBe(before + 1);
});

test('a key that was encrypted for another domain does not sign', async () => {
  const { keys, encrypt } = openKeys();
  await expect(keys.sign(OCTETS, encrypt(1, 7), { account: 1, domain: 8 })).rejects.toMatchObject({
    code: 'unavailable',
  });
});
