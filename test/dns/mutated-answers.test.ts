import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAuthority } from '../../server/dns/answer.ts';
import { CheckBudget } from '../../server/dns/check-budget.ts';
import { encodeQuery, isReplyTo } from '../../server/dns/message.ts';
import type { Observation, Outcome } from '../../server/dns/outcome.ts';
import { toReply } from '../../server/dns/reply.ts';
import { CHECK_LIMITS } from '../../server/limits.ts';
import { ASKED_NAME, answerTo, pointerTo, rawRecord, TYPE_NUMBERS, withRecords } from './hostile-answers.ts';
import { type HostileQuery, HostileServer } from './hostile-server.ts';
import { createLoopbackDns } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';

const KEY = 'k=rsa;p=AAAA';

/** An answer as honest servers give it, with another value, an authority and an address beside it. */
function honest(query: HostileQuery): Buffer {
  const zone = 'example.org';
  return answerTo(query, {
    answers: [
      { type: 'TXT', name: query.name, ttl: 300, data: [Buffer.from(KEY)] },
      { type: 'TXT', name: query.name, ttl: 300, data: [Buffer.from('other')] },
    ],
    authorities: [{ type: 'NS', name: zone, ttl: 300, data: `ns1.${zone}` }],
    additionals: [{ type: 'A', name: `ns1.${zone}`, ttl: 300, data: '192.0.2.1' }],
  });
}

type Mutation = (bytes: Buffer) => Buffer;

/** Every octet changed in three ways, and the message cut and extended at every octet. */
function mutations(length: number): Mutation[] {
  return Array.from({ length }, (_, at): Mutation[] => [
    changed(at, 0xff),
    changed(at, 0x01),
    changed(at, 0xc0),
    (bytes) => bytes.subarray(0, at),
    (bytes) => Buffer.concat([bytes.subarray(0, at), Buffer.from([at & 0xff]), bytes.subarray(at)]),
  ]).flat();
}

function changed(at: number, bits: number): Mutation {
  return (bytes) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(at) ^ bits, at);
    return copy;
  };
}

/** Whether the outcome is unknown, or what a plain reader finds in the message at the name that was asked. */
function isTrue(outcome: Observation['outcome'], message: Buffer, name: string): boolean {
  if (outcome.kind === 'unknown') return true;
  if (outcome.kind === 'not-asked') return false;
  const authoritative = (message.readUInt8(2) & 0x04) !== 0;
  const rcode = message.readUInt8(3) & 0x0f;
  if (!authoritative || (rcode !== 0 && rcode !== 3)) return false;
  const { values, aliases } = saidIn(message, name);
  if (outcome.kind === 'absent') return values.length === 0 && aliases.length === 0;
  return outcome.cname === null
    ? aliases.length === 0 && JSON.stringify(outcome.values) === JSON.stringify(values)
    : aliases.includes(outcome.cname);
}

/** The TXT and CNAME records at a name in the answer section. Its other records' data is not looked at. */
function saidIn(message: Buffer, name: string) {
  const values: string[] = [];
  const aliases: string[] = [];
  let at = nameAt(message, 12).end + 4;
  for (let i = message.readUInt16BE(6); i > 0; i--) {
    const owner = nameAt(message, at);
    const type = message.readUInt16BE(owner.end);
    const isIn = message.readUInt16BE(owner.end + 2) === 1;
    const start = owner.end + 10;
    const end = start + message.readUInt16BE(owner.end + 8);
    if (isIn && owner.name === name && type === TYPE_NUMBERS.TXT) values.push(stringsIn(message, start, end));
    if (isIn && owner.name === name && type === TYPE_NUMBERS.CNAME)
      aliases.push(nameAt(message, start).name || '.');
    at = end;
  }
  return { values, aliases };
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const length = message.readUInt8(start);
  if (length === 0) return { name: '', end: start + 1 };
  if (length >= 0xc0)
    return { name: nameAt(message, message.readUInt16BE(start) & 0x3fff).name, end: start + 2 };
  const next = nameAt(message, start + 1 + length);
  const label = message.toString('utf8', start + 1, start + 1 + length).toLowerCase();
  return { name: next.name === '' ? label : `${label}.${next.name}`, end: next.end };
}

function stringsIn(message: Buffer, start: number, end: number): string {
  const parts: Buffer[] = [];
  for (let at = start; at < end; at += message.readUInt8(at) + 1)
    parts.push(message.subarray(at + 1, at + 1 + message.readUInt8(at)));
  return Buffer.concat(parts).toString();
}

test('an answer with any octet changed, cut off or added is read as what it says, or not at all', async () => {
  await using net = await startLoopbackDns();
  const nameOf = (i: number) => `m${String(i).padStart(4, '0')}.example.org`;
  const probe: HostileQuery = { bytes: Buffer.alloc(0), id: 0, name: nameOf(0), type: 'TXT', address: '' };
  const all = mutations(honest(probe).length);
  const mutated = (query: HostileQuery) =>
    all[Number(query.name.slice(1, 5))]?.(honest(query)) ?? honest(query);
  await using hostile = await HostileServer.start({
    port: net.port,
    handler: (query) => [mutated(query)],
  });
  net.resolver.publish('ns1.example.org', { A: [...hostile.addresses] });
  const dns = createLoopbackDns(net, { timeouts: { authority: 400, resolver: [3000] } });
  const { signal } = new AbortController();
  const outcomes = await Promise.all(
    all.map(async (_, i) => {
      const check = dns.open('example.org', { signal, owner: i % 8, budget: new CheckBudget() });
      const { observations } = await check.askAuthorities(nameOf(i), 'TXT');
      return observations[0]?.outcome;
    }),
  );
  const sent = new Map(hostile.received.map(({ query }) => [query.name, mutated(query)]));
  const untrue = outcomes.flatMap((outcome, i) => {
    const message = sent.get(nameOf(i));
    return outcome !== undefined && message !== undefined && isTrue(outcome, message, nameOf(i))
      ? []
      : [{ i, outcome, message: message?.toString('hex') }];
  });
  expect(untrue).toEqual([]);
  expect(outcomes.filter((outcome) => outcome?.kind === 'present').length).toBeGreaterThan(100);
});

describe('messages that no honest server writes', () => {
  const name = 'abc._domainkey.example.org';
  const type = 'TXT';
  const query = encodeQuery({ name, type }, { id: 7, recursive: false, edns: true });
  const asked: HostileQuery = { bytes: query.bytes, id: 7, name, type, address: '' };

  const label = fc.stringMatching(/^[a-zA-Z0-9]{1,63}$/);
  const wire = (labels: readonly string[]) =>
    Buffer.concat([...labels.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]))]);
  const owner = fc.oneof(
    { weight: 3, arbitrary: fc.constant(ASKED_NAME) },
    fc.nat(0x3fff).map(pointerTo),
    fc.integer({ min: 12, max: 400 }).map(pointerTo),
    fc
      .tuple(fc.array(label, { maxLength: 6 }), fc.constantFrom(Buffer.from([0]), ASKED_NAME))
      .map(([labels, end]) => Buffer.concat([wire(labels), end])),
  );
  const strings = fc.array(fc.string({ maxLength: 80, unit: 'binary-ascii' }), { maxLength: 5 }).map(wire);
  const data = fc.oneof(strings, owner, fc.uint8Array({ maxLength: 40 }).map(Buffer.from));
  const record = fc
    .tuple(owner, fc.oneof(fc.constantFrom(...Object.values(TYPE_NUMBERS)), fc.nat(0xffff)), data)
    .map(([own, number, content]) => rawRecord(own, number, content));
  const count = fc.oneof({ weight: 4, arbitrary: fc.nat(8) }, fc.nat(0xffff));
  const message = fc
    .record({
      answers: count,
      authorities: count,
      additionals: count,
      records: fc.array(record, { maxLength: 12 }),
    })
    .map(({ records, ...counts }) => withRecords(asked, counts, records));

  test('messages that no honest server writes are read as what they say, or not at all', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const original = Buffer.from(bytes);
        expect(isReplyTo(bytes, query)).toBe(true);
        const outcome = outcomeOf(bytes);
        expect(isTrue(outcome, original, name)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('a message with as many records as the limit is read, and one with more is malformed', () => {
    const values = Array.from({ length: CHECK_LIMITS.recordsAMessage }, (_, i) => `${i}-${'x'.repeat(200)}`);
    const records = values.map((value) => rawRecord(ASKED_NAME, TYPE_NUMBERS.TXT, wire([value])));
    const whole = withRecords(asked, { answers: records.length }, records);
    expect(outcomeOf(whole)).toMatchObject({ kind: 'present', values });
    const more = withRecords(asked, { answers: records.length + 1 }, [...records, ...records.slice(0, 1)]);
    expect(outcomeOf(more)).toEqual({ kind: 'unknown', reason: 'malformed' });
  });

  function outcomeOf(bytes: Buffer): Outcome {
    const reply = toReply(bytes, type);
    if (reply.kind === 'unknown') return reply;
    const outcome = readAuthority(reply.message, { name, type }, 'example.org');
    return outcome.kind === 'referral' ? { kind: 'unknown', reason: 'lame' } : outcome;
  }
});
