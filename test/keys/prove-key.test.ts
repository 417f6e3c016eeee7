import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
} from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeyCipher } from '../../server/keys/key-encryption.ts';
import { createKeyProof, isKeyPair } from '../../server/keys/prove-key.ts';
import { startTestServer } from '../running-server.ts';

type Seal = (key: Uint8Array) => string;

function newPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
}

function numbersOf(key: Buffer): JsonWebKey {
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
}

function fromNumbers(key: JsonWebKey): Buffer {
  return createPrivateKey({ key, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' });
}

/** A private key that names the public numbers of `published`, and signs with those of another one. */
function disguised(published: string): Buffer {
  const spki = { key: Buffer.from(published, 'base64'), format: 'der', type: 'spki' } as const;
  const { n = '', e = '' } = createPublicKey(spki).export({ format: 'jwk' });
  return fromNumbers({ ...numbersOf(newPair().privateKey), n, e });
}

test('a private key proves its own public key and no other', async () => {
  const [one, other] = [newPair(), newPair()];
  expect(await isKeyPair(one.privateKey, one.publicKey.toString('base64'), randomBytes)).toBe(true);
  expect(await isKeyPair(one.privateKey, other.publicKey.toString('base64'), randomBytes)).toBe(false);
  expect(await isKeyPair(Buffer.from('no key'), one.publicKey.toString('base64'), randomBytes)).toBe(false);
});

test('what proves a key says the same as a signature of it', async () => {
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const prove = createKeyProof(cipher, randomBytes);
  const [one, other] = [newPair(), newPair()];
  const published = one.publicKey.toString('base64');
  const damaged = (['p', 'q', 'dp', 'dq', 'qi'] as const).map((name) =>
    fromNumbers({ ...numbersOf(one.privateKey), [name]: numbersOf(other.privateKey)[name] ?? '' }),
  );
  const keys = [one.privateKey, other.privateKey, disguised(published), Buffer.from('no key'), ...damaged];
  const owner = { account: 1, domain: 1 };
  for (const key of keys) {
    const stored = { public_key: published, private_key: cipher.encrypt(key, owner) };
    expect(await prove(stored, owner)).toBe(await isKeyPair(key, published, randomBytes));
  }
});

test.each([
  ['is another one’s', (seal: Seal) => seal(newPair().privateKey)],
  ['only names its public key', (seal: Seal, published: string) => seal(disguised(published))],
  ['does not decrypt', () => 'v1.AAAA'],
])('a domain is not verified once its stored private key %s', async (_, replacement) => {
  const first = await startTestServer();
  const { id, dns_records } = await first.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [record] = dns_records;
  first.dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
  expect(await first.letterhead.domains.verifyDns.mutate({ account: 1, id })).toMatchObject({
    verified: true,
  });

  await using server = await first.restart(async () => {
    const secret = Buffer.from(await readFile(join(first.dataDir, 'secret.key'), 'utf8'), 'base64');
    const cipher = createKeyCipher(secret, randomBytes);
    const path = join(first.dataDir, 'accounts', '1.json');
    const file = JSON.parse(await readFile(path, 'utf8'));
    const seal = (key: Uint8Array) => cipher.encrypt(key, { account: 1, domain: id });
    const [key] = file.domains[0].keys;
    key.private_key = replacement(seal, key.public_key);
    await writeFile(path, JSON.stringify(file));
  });
  const { letterhead } = server;
  expect(await letterhead.domains.verifyDns.mutate({ account: 1, id })).toMatchObject({ verified: false });
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  const { records } = await letterhead.domains.diagnosis.query({ account: 1, id });
  expect(records).toMatchObject([
    { code: 'KEY_MISMATCH', severity: 'error', state: 'invalid', action: null },
  ]);
  const events = await letterhead.events.list.query({ account: 1, limit: 100 });
  expect(events.map(({ type }) => type).slice(-3)).toEqual([
    'domain.verified',
    'domain.lost',
    'key.mismatch',
  ]);
  const metrics = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  expect(await metrics.text()).toContain('letterhead_key_mismatches_total 2');
});
