import { type Answer, AUTHORITATIVE_ANSWER, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import type { HostileHandler, HostileQuery } from './hostile-server.ts';
import type { ZoneNames } from './zone.ts';

/** Type numbers, for records that are written by hand. */
export const TYPE_NUMBERS = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 } as const;

const HEADER_LENGTH = 12;
const AA = AUTHORITATIVE_ANSWER;
const MAX_MESSAGE = 65_535;

/** An answer as honest servers give it, with AA. */
export function answerTo(query: HostileQuery, sections: Partial<Packet> = {}): Buffer {
  const { id, name, type } = query;
  const question = { name, type: type as Answer['type'], class: 'IN' as const };
  return encode({ type: 'response', id, flags: AA, questions: [question], ...sections } as Packet);
}

/** An empty answer with the TC bit: the asker is to come again over TCP. */
function truncated(query: HostileQuery): Buffer {
  return answerTo(query, { flags: TRUNCATED_RESPONSE });
}

/** Answers nothing at all. */
export const silence: HostileHandler = () => null;

/** Sends TC over UDP and the message over TCP; with `overUdp`, over both alike. */
export function overTcp(message: (query: HostileQuery) => Buffer, overUdp = false): HostileHandler {
  return (query, transport) => [transport === 'tcp' || overUdp ? message(query) : truncated(query)];
}

/** Records written by hand after the header and the question of an answer. */
export function withRecords(
  query: HostileQuery,
  counts: { answers?: number; authorities?: number; additionals?: number },
  records: readonly Buffer[],
): Buffer {
  const head = answerTo(query);
  head.writeUInt16BE(counts.answers ?? 0, 6);
  head.writeUInt16BE(counts.authorities ?? 0, 8);
  head.writeUInt16BE(counts.additionals ?? 0, 10);
  return Buffer.concat([head, ...records]);
}

/** One record by hand; `owner` in its wire form. */
export function rawRecord(owner: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(300, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
}

/** A compression pointer to an offset of the message (RFC 1035 §4.1.4). */
export function pointerTo(offset: number): Buffer {
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | offset);
  return pointer;
}

/** The wire form of the name that was asked: a pointer to the question. */
export const ASKED_NAME = pointerTo(HEADER_LENGTH);

/**
 * A message of `octets` in which every record has a compressed name of 251 characters as owner and as data: some 14
 * octets that cost a decoder a thousand. With `own`, the owner is the name that was asked.
 */
export function compressedNames(query: HostileQuery, octets = MAX_MESSAGE, own = false): Buffer {
  const longName = Buffer.concat([
    ...[63, 63, 63, 57].map((length) => Buffer.concat([Buffer.from([length]), Buffer.alloc(length, 'x')])),
    Buffer.from([0]),
  ]);
  const start = answerTo(query).length;
  // The first record's data holds the long name; the others point at it.
  const first = rawRecord(ASKED_NAME, TYPE_NUMBERS.NS, longName);
  const pointer = pointerTo(start + ASKED_NAME.length + 10);
  const record = rawRecord(own ? ASKED_NAME : pointer, TYPE_NUMBERS.NS, pointer);
  const count = Math.floor((octets - start - first.length) / record.length);
  return withRecords(query, { answers: count + 1 }, [first, ...Array.from({ length: count }, () => record)]);
}

/** `count` TXT records at the name asked. */
export function manyTxt(query: HostileQuery, count: number, value: (i: number) => string): Buffer {
  const records = Array.from({ length: count }, (_, i) => {
    const text = Buffer.from(value(i));
    return rawRecord(ASKED_NAME, TYPE_NUMBERS.TXT, Buffer.concat([Buffer.from([text.length]), text]));
  });
  return withRecords(query, { answers: count }, records);
}

/** A referral to `zone` whose name servers come without addresses. */
function referral(query: HostileQuery, zone: string, nameServers: readonly string[]): Buffer {
  return answerTo(query, {
    flags: 0,
    authorities: nameServers.map((data) => ({ type: 'NS', name: zone, ttl: 300, data })),
  });
}

/** A tree of referrals: which names the resolver has to know, who serves them, and what those answer. */
export interface FanOut {
  /** To be served by the resolver under `apex`. */
  readonly apex: string;
  readonly names: ZoneNames;
  /** The name servers of the zone at the top; the resolver names them. */
  readonly nameServers: readonly string[];
  readonly addresses: readonly string[];
  readonly handler: HostileHandler;
}

/**
 * Servers of which each refers, for every question, to `width` others by names that nobody has heard yet, one label
 * down at a time, `levels` times; where the labels or the levels end, `leaf` answers.
 */
export function fanOut(
  top: string,
  { levels = 5, width = 8, leaf = silence }: { levels?: number; width?: number; leaf?: HostileHandler } = {},
): FanOut {
  const apex = 'fan-out.test';
  const places = Array.from({ length: levels + 1 }, (_, level) =>
    Array.from({ length: width }, (_, k) => ({ level, k, address: `127.0.${10 + level}.${k + 1}` })),
  ).flat();
  const levelOf = new Map(places.map(({ address, level }) => [address, level]));
  const host = (label: string, level: number, k: number) => `${label}.k${k}.l${level}.${apex}`;
  let told = 0;
  return {
    apex,
    names: Object.fromEntries(places.map(({ level, k, address }) => [`*.k${k}.l${level}`, { A: [address] }])),
    nameServers: Array.from({ length: width }, (_, k) => host('top', 0, k)),
    addresses: places.map(({ address }) => address),
    handler(query, transport) {
      const level = levelOf.get(query.address) ?? levels;
      const labels = query.name.split('.');
      const depth = top.split('.').length + level + 1;
      if (level >= levels || labels.length < depth) return leaf(query, transport);
      const fresh = Array.from({ length: width }, (_, k) => host(`n${told++}`, level + 1, k));
      return [referral(query, labels.slice(-depth).join('.'), fresh)];
    },
  };
}
