import { describe, expect, test } from 'vitest';
import type { RecordType } from '../../server/dns/outcome.ts';
import { toReply } from '../../server/dns/reply.ts';
import {
  ASKED_NAME,
  answerTo,
  compressedNames,
  manyTxt,
  pointerTo,
  rawRecord,
  TYPE_NUMBERS,
  withRecords,
} from './hostile-answers.ts';
import type { HostileQuery } from './hostile-server.ts';

function ask(type: RecordType): HostileQuery {
  return { bytes: Buffer.alloc(0), id: 1, name: 'abc._domainkey.example.org', type, address: '' };
}

/** As many records as given whose owner and data are a name of 126 labels, by pointers. */
function longNames(count: number): Buffer {
  const query = ask('NS');
  const name = Buffer.concat([...Array.from({ length: 126 }, () => Buffer.from([1, 120])), Buffer.from([0])]);
  const pointer = pointerTo(answerTo(query).length + ASKED_NAME.length + 10);
  const records = Array.from({ length: count }, () => rawRecord(pointer, TYPE_NUMBERS.NS, pointer));
  const first = rawRecord(ASKED_NAME, TYPE_NUMBERS.NS, name);
  return withRecords(query, { answers: count + 1 }, [first, ...records]);
}

function emptyStrings(count: number): Buffer {
  const record = rawRecord(ASKED_NAME, TYPE_NUMBERS.TXT, Buffer.alloc(count));
  return withRecords(ask('TXT'), { answers: 1 }, [record]);
}

/**
 * The least time of several runs, in microseconds: what else the machine does hardly ever disturbs all of them, and
 * the CPU clock ticks too coarsely. Decoding changes the message, so that each time has a copy.
 */
function costOf(message: Buffer, type: RecordType): number {
  const runs = Array.from({ length: 20 }, () => {
    const copies = Array.from({ length: 10 }, () => Buffer.from(message));
    const start = performance.now();
    for (const copy of copies) toReply(copy, type);
    return (1000 * (performance.now() - start)) / copies.length;
  });
  return Math.min(...runs);
}

describe('what decoding costs', () => {
  test.each<[string, RecordType, number, (size: number) => Buffer]>([
    ['values', 'TXT', 48, (size) => manyTxt(ask('TXT'), size, (i) => `${i}-${'x'.repeat(200)}`)],
    ['strings of a value', 'TXT', 1_200, emptyStrings],
    ['names', 'NS', 4, longNames],
  ])(
    'the cost of decoding grows no faster than the number of %s',
    { retry: 2 },
    (_what, type, size, make) => {
      for (const factor of [1, 2, 4]) expect(toReply(make(factor * size), type).kind).toBe('reply');
      // Enough for the compiler to have seen it all, the largest too: what it did not expect is slow for a while.
      for (const factor of [1, 4]) costOf(make(factor * size), type);
      const [one, two, four] = [1, 2, 4].map((factor) => costOf(make(factor * size), type));
      expect(two).toBeLessThan(2 * 2 * Math.max(one ?? 0, 10));
      expect(four).toBeLessThan(4 * 2 * Math.max(one ?? 0, 10));
    },
  );

  test.each<[string, RecordType, Buffer]>([
    ['names', 'NS', longNames(4_000)],
    ['names of long labels', 'NS', compressedNames(ask('NS'))],
    ['names at the name asked', 'NS', compressedNames(ask('NS'), 65_535, true)],
    ['values', 'TXT', manyTxt(ask('TXT'), 1_600, () => 'x'.repeat(20))],
    ['empty strings', 'TXT', emptyStrings(65_000)],
    ['empty strings, as many as are read', 'TXT', emptyStrings(4_900)],
    ['names, as many as are read', 'NS', longNames(18)],
  ])('decoding a message full of %s takes a few milliseconds at most', (_what, type, message) => {
    expect(costOf(message, type)).toBeLessThan(5_000);
  });
});
