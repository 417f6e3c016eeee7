import { KEY_TTL } from '../records/dns-records.ts';
import { TSIG_OCTETS } from './tsig.ts';
import { CLASS, encodeQuestion, encodeRecord, encodeText, MAX_MESSAGE_OCTETS, TYPE } from './wire.ts';

/** What a name of the key zone is to hold: one TXT record, or nothing. */
export interface ZoneChange {
  /** In full. */
  readonly name: string;
  readonly text: string | null;
}

const UPDATE = 5;

/**
 * Encodes changes as DNS UPDATE messages (RFC 2136), as few as possible, which leave room for a TSIG record. The server
 * makes all changes of a message or none. Whatever a name held before is deleted, so that a change can be repeated.
 */
export function encodeUpdates(zone: string, changes: readonly ZoneChange[], nextId: () => number): Buffer[] {
  const overhead = encodeZone(zone, 0, 0).length + TSIG_OCTETS;
  return batches(changes.map(encodeChange), MAX_MESSAGE_OCTETS - overhead).map((batch) =>
    Buffer.concat([
      encodeZone(
        zone,
        nextId(),
        batch.reduce((sum, { count }) => sum + count, 0),
      ),
      ...batch.map(({ bytes }) => bytes),
    ]),
  );
}

interface EncodedChange {
  readonly bytes: Buffer;
  /** Records in it. */
  readonly count: number;
}

function encodeZone(name: string, id: number, updates: number): Buffer {
  return encodeQuestion({ id, flags: UPDATE << 11, name, type: TYPE.SOA }, { updates });
}

function encodeChange({ name, text }: ZoneChange): EncodedChange {
  // A record of another type at the name goes too: beside a CNAME, a server ignores what is added (RFC 2136 §3.4.2.2).
  const remove = encodeRecord({ name, type: TYPE.ANY, class: CLASS.ANY, ttl: 0, data: Buffer.of() });
  if (text === null) return { bytes: remove, count: 1 };
  const add = encodeRecord({ name, type: TYPE.TXT, class: CLASS.IN, ttl: KEY_TTL, data: encodeText(text) });
  return { bytes: Buffer.concat([remove, add]), count: 2 };
}

function batches(changes: readonly EncodedChange[], octets: number): EncodedChange[][] {
  const result: EncodedChange[][] = [];
  let room = 0;
  for (const change of changes) {
    if (change.bytes.length > room) {
      result.push([]);
      room = octets;
    }
    result.at(-1)?.push(change);
    room -= change.bytes.length;
  }
  return result;
}
