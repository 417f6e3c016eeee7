import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeKeyRecord } from '../../server/keys/dkim-record.ts';
import { foldingWhiteSpace, tagListSpelling } from './tag-list-spelling.ts';

const OURS = newPublicKey(2048);
const OTHERS = [newPublicKey(2048), newPublicKey(1024), newPublicKey(3072)];

function newPublicKey(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The key with white space strewn into it, as §3.6.1 allows. */
function spacedOut(key: string): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(fc.integer({ min: 1, max: key.length - 1 }), foldingWhiteSpace), { maxLength: 5 })
    .map((cuts) =>
      cuts
        .sort(([a], [b]) => b - a)
        .reduce((text, [at, space]) => text.slice(0, at) + space + text.slice(at), key),
    );
}

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const unknownTag = fc.record({
  name: fc.stringMatching(/^x[a-z0-9_]{1,6}$/),
  value: fc.stringMatching(/^[\x21-\x3a\x3c-\x7e]{0,20}$/),
});

/** Any spelling of a record for this key that RFC 6376 §3.6.1 lets a receiver of mail use. */
function usableRecord(key: string): fc.Arbitrary<string> {
  const parts = fc.record({
    version: fc.boolean(),
    keyType: fc.boolean(),
    hashes: optional(fc.constantFrom('sha256', 'sha1:sha256', 'sha256 : sha1', 'sha512:sha256')),
    services: optional(fc.constantFrom('*', 'email', 'other:email', 'email : other', '*:other')),
    flags: optional(fc.constantFrom('', 's', 'x', 'x:s')),
    notes: optional(fc.constantFrom('', 'made=20in=20May', 'p=nothing')),
    unknown: fc.uniqueArray(unknownTag, { maxLength: 3, selector: (tag) => tag.name }),
    key: spacedOut(key),
  });
  return parts
    .chain((record) => {
      const tags = [
        { name: 'p', value: record.key },
        ...(record.keyType ? [{ name: 'k', value: 'rsa' }] : []),
        ...(record.hashes === undefined ? [] : [{ name: 'h', value: record.hashes }]),
        ...(record.services === undefined ? [] : [{ name: 's', value: record.services }]),
        ...(record.flags === undefined ? [] : [{ name: 't', value: record.flags }]),
        ...(record.notes === undefined ? [] : [{ name: 'n', value: record.notes }]),
        ...record.unknown,
      ];
      const shuffled = fc.shuffledSubarray(tags, { minLength: tags.length });
      return shuffled.map((rest) => (record.version ? [{ name: 'v', value: 'DKIM1' }, ...rest] : rest));
    })
    .chain(tagListSpelling);
}

describe('a key record', () => {
  test('our key record is accepted in every spelling that the RFC allows', () => {
    fc.assert(
      fc.property(usableRecord(OURS), (text) => {
        expect(judgeKeyRecord(text, OURS)).toEqual({ kind: 'ours', testMode: false });
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
        expect(judgeKeyRecord(`k=rsa;p=${key}`, OURS)).toEqual({ kind: 'other-key', key });
      }),
    );
  });

  test('our key record cut short anywhere is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: OURS.length - 1 }), (length) => {
        expect(judgeKeyRecord(`k=rsa;p=${OURS.slice(0, length)}`, OURS).kind).toBe('other-key');
      }),
    );
  });

  test.each(['t=y', 't=y:s', 't=s : y'])('a key record of ours with %s is in test mode', (flags) => {
    expect(judgeKeyRecord(`k=rsa;${flags};p=${OURS}`, OURS)).toEqual({ kind: 'ours', testMode: true });
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
    [`k=rsa p=${OURS}`, 'it has no p='],
    [`p="${OURS}"`, 'its p= is not base64'],
  ])('the text %j is not a key record', (text, problem) => {
    expect(judgeKeyRecord(text, OURS)).toEqual({ kind: 'syntax-error', problem });
  });
});
