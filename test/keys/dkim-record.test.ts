import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeKeyRecord } from '../../server/keys/dkim-record.ts';
import type { KeyDamage } from '../../server/keys/key-damage.ts';
import { usableRecord } from './key-record-spelling.ts';

const OURS = plusKey();
const OTHERS = [newPublicKey(2048), newPublicKey(1024), newPublicKey(3072)];

function newPublicKey(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** A key with a plus sign, a slash, and at position 200 no run of letters that would hide which of them is lost. */
function plusKey(): string {
  for (;;) {
    const key = newPublicKey(2048);
    if (/\+.*\//.test(key) && key[200] !== key[201]) return key;
  }
}

function toPkcs1(key: string): string {
  const object = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  return object.export({ type: 'pkcs1', format: 'der' }).toString('base64');
}

function insert(key: string, at: number, text: string): string {
  return key.slice(0, at) + text + key.slice(at);
}

function swap(key: string, at: number): string {
  return `${key.slice(0, at)}${key[at + 1]}${key[at]}${key.slice(at + 2)}`;
}

/** What happens to a key on its way into the DNS. */
const DAMAGE: [string, string, KeyDamage][] = [
  ['with a stray letter at its end', `${OURS}A`, { kind: 'after-end', count: 1 }],
  ['with padding at its end', `${OURS}==`, { kind: 'after-end', count: 2 }],
  ['with its end twice', OURS + OURS.slice(-40), { kind: 'after-end', count: 40 }],
  ['without a letter', OURS.slice(0, 200) + OURS.slice(201), { kind: 'missing', after: 200, count: 1 }],
  ['with two letters swapped', swap(OURS, 200), { kind: 'swapped', after: 200 }],
  ['with two letters added', insert(OURS, 200, '..'), { kind: 'added', after: 200, count: 2 }],
  ['with a letter changed', `${OURS.slice(0, 200)}!${OURS.slice(201)}`, { kind: 'differs', after: 200 }],
  ['in small letters', OURS.toLowerCase(), { kind: 'letter-case' }],
  ['with spaces for its plus signs', OURS.replaceAll('+', ' '), { kind: 'plus-lost' }],
  ['in the alphabet of URLs', OURS.replaceAll('+', '-').replaceAll('/', '_'), { kind: 'url-safe' }],
  ['in hexadecimal', Buffer.from(OURS, 'base64').toString('hex'), { kind: 'hex' }],
  ['as PEM', `-----BEGIN PUBLIC KEY----- ${OURS} -----END PUBLIC KEY-----`, { kind: 'pem' }],
  ['in PKCS #1', toPkcs1(OURS), { kind: 'pkcs1' }],
];

describe('a key record', () => {
  test('our key record is accepted in every spelling that the RFC allows', () => {
    fc.assert(
      fc.property(usableRecord(OURS), (text) => {
        expect(judgeKeyRecord(text, OURS)).toMatchObject({ kind: 'ours', testMode: false });
      }),
    );
  });

  test('a record of any other key is refused, in every spelling', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OTHERS).chain(usableRecord), (text) => {
        expect(judgeKeyRecord(text, OURS).kind).toBe('other-key');
      }),
    );
  });

  test('our key record with one character of the key changed is refused', () => {
    const changed = fc
      .tuple(fc.integer({ min: 0, max: OURS.length - 1 }), fc.constantFrom(...'ABCabc019+/'))
      .map(([at, character]) => OURS.slice(0, at) + character + OURS.slice(at + 1))
      .filter((key) => key !== OURS);
    fc.assert(
      fc.property(changed, (key) => {
        expect(judgeKeyRecord(`k=rsa;p=${key}`, OURS)).toMatchObject({ kind: 'damaged-key', key });
      }),
    );
  });

  test('our key record cut short anywhere is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: OURS.length - 1 }), (length) => {
        expect(judgeKeyRecord(`k=rsa;p=${OURS.slice(0, length)}`, OURS).kind).toBe('damaged-key');
      }),
    );
  });

  test.each(DAMAGE)('our key %s is no key of ours, and the judgement says why', (_, key, damage) => {
    expect(judgeKeyRecord(`k=rsa;p=${key}`, OURS)).toMatchObject({ kind: 'damaged-key', damage });
  });

  test('our key with some characters changed anywhere is a damaged copy of ours, and never another key', () => {
    const edit = fc.tuple(fc.nat(OURS.length - 1), fc.nat(2), fc.stringMatching(/^[A-Za-z0-9+/]{0,2}$/));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const key = edits.reduce(
          (text, [at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone),
          OURS,
        );
        fc.pre(key !== OURS);
        const judged = judgeKeyRecord(`p=${key}`, OURS);
        expect(judged.kind).toBe('damaged-key');
        if (judged.kind === 'damaged-key') expect(judged.damage.kind).not.toBe('no-key');
      }),
    );
  });

  test.each(['VALUE', 'AAAA', '<your key>', `"${OTHERS[0]}"`, `${OTHERS[0]}A`, `${OTHERS[0]}`.slice(0, 250)])(
    'p=%s is no key',
    (key) => {
      expect(judgeKeyRecord(`k=rsa;p=${key}`, OURS)).toEqual({
        kind: 'damaged-key',
        key: key.replaceAll(' ', ''),
        damage: { kind: 'no-key' },
      });
    },
  );

  test('a raw Ed25519 key is another key', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    expect(judgeKeyRecord(`k=ed25519;p=${key}`, OURS)).toEqual({ kind: 'other-key', key });
  });

  test.each([
    [`v = DKIM1;p=${OURS}`, ['spaced-equals']],
    [`k=rsa; s=\temail; p=${OURS}`, ['spaced-equals']],
    [`k = rsa; p = ${OURS}`, []],
    [`s=email:*;p=${OURS}`, ['service-list']],
    [`g=nobody;p=${OURS}`, ['granularity']],
    [`v=DKIM1; k=rsa; s=email; g=*; n=a=b; p=${OURS};`, []],
  ])('the key record %s is ours, with what some receivers do not take', (text, pitfalls) => {
    expect(judgeKeyRecord(text, OURS)).toEqual({ kind: 'ours', testMode: false, pitfalls });
  });

  test.each(['t=y', 't=y:s', 't=s : y'])('a key record of ours with %s is in test mode', (flags) => {
    expect(judgeKeyRecord(`k=rsa;${flags};p=${OURS}`, OURS)).toMatchObject({ kind: 'ours', testMode: true });
  });

  test.each([
    ['h', 'sha1'],
    ['h', 'SHA256'],
    ['h', ''],
    ['s', 'tlsrpt'],
    ['s', 'Email'],
    ['k', 'ed25519'],
    ['k', 'RSA'],
    ['k', ''],
  ])('a key record of ours with %s=%s is restricted', (tag, value) => {
    expect(judgeKeyRecord(`p=${OURS};${tag}=${value}`, OURS)).toEqual({ kind: 'restricted', tag, value });
  });

  test.each(['p=', 'v=DKIM1; k=rsa; p=', 'p= \t;'])('the key record %j is revoked', (text) => {
    expect(judgeKeyRecord(text, OURS)).toEqual({ kind: 'revoked' });
  });

  test.each([
    ['v=spf1 include:example.net -all', 'its v= is spf1 include:example.net -all, not DKIM1'],
    [`v=dkim1;p=${OURS}`, 'its v= is dkim1, not DKIM1'],
    [`v=;p=${OURS}`, 'its v= is empty, not DKIM1'],
    [`p=${OURS};v=DKIM1`, 'its v= is not the first tag'],
    [`p=${OURS};p=${OURS}`, 'the tag p= is there twice'],
    [`P=${OURS}`, 'its p= is written in upper case'],
    ['k=rsa', 'it has no p='],
    [`k=rsa p=${OURS}`, 'there is no semicolon before its p='],
    [`k=rsa, p=${OURS}`, 'there is no semicolon before its p='],
    [`v=DKIM1 k=rsa p=${OURS}`, 'there is no semicolon after its v=DKIM1'],
    [`v=DKIM1, k=rsa; p=${OURS}`, 'there is no semicolon after its v=DKIM1'],
    [`s=email:;p=${OURS}`, 'its s= has an empty item'],
  ])('the text %j is not a key record', (text, problem) => {
    expect(judgeKeyRecord(text, OURS)).toEqual({ kind: 'syntax-error', problem });
  });
});
