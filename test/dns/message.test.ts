import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReply, encodeQuery, isReplyTo } from '../../server/dns/message.ts';
import { assertDecodable } from '../../server/dns/validate-message.ts';

const QUESTION = { name: 'abc._domainkey.example.org', type: 'TXT' } as const;
const QUERY = encodeQuery(QUESTION, { id: 4711, recursive: false, edns: true });

const TYPES = ['TXT', 'NS', 'MX', 'A', 'AAAA', 'CAA', 'SOA'] as const;

const RECORDS: Answer[] = [
  { type: 'TXT', name: QUESTION.name, ttl: 60, data: [Buffer.from('k=rsa;'), Buffer.from('p=AAAA')] },
  { type: 'CNAME', name: 'a.example.org', ttl: 61, data: 'B.example.org.' },
  { type: 'NS', name: 'example.org', ttl: 62, data: 'ns1.example.org' },
  { type: 'MX', name: 'example.org', ttl: 63, data: { preference: 10, exchange: 'mx.example.org' } },
  { type: 'A', name: 'ns1.example.org', ttl: 64, data: '192.0.2.1' },
  { type: 'AAAA', name: 'ns1.example.org', ttl: 65, data: '2001:db8::1' },
  { type: 'CAA', name: 'example.org', ttl: 67, data: { flags: 0, tag: 'issue', value: 'ca.example' } },
  {
    type: 'SOA',
    name: 'example.org',
    ttl: 66,
    data: {
      mname: 'ns1.example.org',
      rname: 'host.example.org',
      serial: 7,
      refresh: 8,
      retry: 9,
      expire: 10,
      minimum: 11,
    },
  },
  { type: 'SRV', name: 'example.org', ttl: 67, data: { port: 1, target: 'x.example.org' } },
];

function reply(answers: Answer[] = RECORDS): Buffer {
  return encode({ type: 'response', id: 4711, flags: AUTHORITATIVE_ANSWER, questions: [QUESTION], answers });
}

describe('which message is the reply', () => {
  test('a reply repeats the question as it was, apart from letter case', () => {
    const shouting = encode({
      ...decode(reply()),
      questions: [{ ...QUESTION, name: QUESTION.name.toUpperCase() }],
    });
    expect(isReplyTo(shouting, QUERY)).toBe(true);
  });

  test('an error may come without the question, an answer may not', () => {
    const without = (flags: number) => encode({ type: 'response', id: 4711, flags });
    expect(isReplyTo(without(1), QUERY)).toBe(true);
    expect(isReplyTo(without(0), QUERY)).toBe(false);
  });

  test.each([
    ['another id', { id: 4712 }],
    ['a query', { type: 'query' as const }],
    ['another opcode', { flags: 4 << 11 }],
    ['another name', { questions: [{ ...QUESTION, name: 'abd._domainkey.example.org' }] }],
    ['a name with more labels', { questions: [{ ...QUESTION, name: `a.${QUESTION.name}` }] }],
    ['another type', { questions: [{ ...QUESTION, type: 'A' as const }] }],
    ['another class', { questions: [{ ...QUESTION, class: 'CH' as const }] }],
    ['two questions', { questions: [QUESTION, QUESTION] }],
  ])('a message that does not fit the query is not its reply: %s', (_what, change) => {
    const message = { type: 'response' as const, id: 4711, questions: [QUESTION], ...change };
    expect(isReplyTo(encode(message), QUERY)).toBe(false);
  });

  test('a message that is shorter than the query, or random, is not the reply', () => {
    for (let length = 0; length < 12; length++)
      expect(isReplyTo(reply().subarray(0, length), QUERY)).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => !isReplyTo(Buffer.from(bytes), QUERY)),
    );
  });
});

describe('decoding', () => {
  test('decoding gives the records of the types that are asked for, as text', () => {
    const { authoritative, truncated, rcode } = decodeReply(reply(), 'TXT');
    expect({ authoritative, truncated, rcode }).toEqual({ authoritative: true, truncated: false, rcode: 0 });
    // An alias is told whatever is asked for.
    const answers = TYPES.flatMap((asked) =>
      decodeReply(reply(), asked).answers.filter(({ type }) => type === asked || asked === 'TXT'),
    );
    expect(answers.map(({ type, ttl, value }) => `${ttl} ${type} ${value}`)).toEqual([
      '60 TXT k=rsa;p=AAAA',
      '61 CNAME b.example.org',
      '62 NS ns1.example.org',
      '63 MX 10 mx.example.org',
      '64 A 192.0.2.1',
      '65 AAAA 2001:db8::1',
      '67 CAA 0 issue "ca.example"',
      '66 SOA ns1.example.org host.example.org 7 8 9 10 11',
    ]);
    expect(answers.map(({ negativeTtl }) => negativeTtl)).toEqual([...Array<null>(7).fill(null), 11]);
  });

  test('decoding reads compressed names', () => {
    // The answer's owner points at the question's name.
    const compressed = Buffer.concat([
      reply([]),
      Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 3, 2, 104, 105]),
    ]);
    compressed.writeUInt16BE(1, 6);
    expect(decodeReply(compressed, 'TXT').answers).toMatchObject([{ name: QUESTION.name, value: 'hi' }]);
  });

  test('a message cut short anywhere is refused', () => {
    const whole = reply();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        expect(() => decodeReply(Buffer.from(whole.subarray(0, length)), 'TXT')).toThrow();
      }),
    );
  });

  test('the codec reads every message that the guard lets through, and to the same end', () => {
    const damage = fc.array(fc.tuple(fc.nat(reply().length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(damage, fc.constantFrom(...TYPES), (changes, type) => {
        const bytes = reply();
        for (const [at, octet] of changes) bytes[at] = octet;
        try {
          assertDecodable(bytes, type);
        } catch {
          return;
        }
        expect(() => decode(bytes)).not.toThrow();
        expect(decode.bytes).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 3000 },
    );
  });

  test('a chain of pointers to pointers is refused, however it ends', () => {
    const start = reply([]).length + 11;
    const pointers = Buffer.alloc(8000);
    for (let at = 0; at < pointers.length; at += 2) {
      pointers.writeUInt16BE(0xc000 | (at === 0 ? 12 : start + at - 2), at);
    }
    const opaque = Buffer.from([
      0,
      0xff,
      0xfe,
      0,
      1,
      0,
      0,
      0,
      0,
      pointers.length >> 8,
      pointers.length & 255,
    ]);
    const owner = Buffer.alloc(14);
    owner.writeUInt16BE(0xc000 | (start + pointers.length - 2), 0);
    owner.writeUInt16BE(16, 2);
    owner.writeUInt16BE(1, 4);
    owner.writeUInt16BE(2, 10);
    const message = Buffer.concat([reply([]), opaque, pointers, owner, Buffer.alloc(2)]);
    message.writeUInt16BE(2, 6);
    expect(() => decode(message), 'the codec walks it').not.toThrow();
    expect(() => decodeReply(message, 'TXT')).toThrow('not well-formed');
  });
});
