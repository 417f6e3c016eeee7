import { MAX_NAME_LENGTH } from '../dns/name.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';

/** Numbers of DNS UPDATE, TSIG and zone transfers, which the codec that `dns/` uses does not have. */
export const TYPE = { SOA: 6, TXT: 16, TSIG: 250, AXFR: 252, ANY: 255 } as const;
export const CLASS = { IN: 1, ANY: 255 } as const;
const HEADER_OCTETS = 12;
export const MAX_MESSAGE_OCTETS = 65_535;

const MAX_LABEL_OCTETS = 63;
const MAX_STRING_OCTETS = 255;
const POINTER_BITS = 0xc0;

/** A resource record as a message has it. */
export interface WireRecord {
  /** In lower case, without the trailing dot; see `readName`. The root is empty. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** In seconds. */
  readonly ttl: number;
  readonly data: Buffer;
  /** Where the record begins in its message. */
  readonly start: number;
}

export interface WireMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly rcode: number;
  /** Those of all sections, in order. */
  readonly records: readonly WireRecord[];
}

/** Reads a message (RFC 1035 §4.1). Throws an `Error` if it is malformed. */
export function readMessage(bytes: Buffer): WireMessage {
  if (bytes.length < HEADER_OCTETS) throw new Error('The message has no header.');
  const flags = bytes.readUInt16BE(2);
  let at = HEADER_OCTETS;
  for (let i = bytes.readUInt16BE(4); i > 0; i--) at = readName(bytes, at).end + 4;
  const count = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  const records: WireRecord[] = [];
  let labels = 0;
  for (let i = count; i > 0; i--) {
    const record = readRecord(bytes, at);
    at = record.end;
    labels += record.labels;
    // By compression, each of thousands of records can have the longest name that there is.
    if (labels > KEY_ZONE_LIMITS.labels) throw new Error('The names of the message are too long.');
    records.push(record);
  }
  if (at !== bytes.length) throw new Error('The message is longer than its records.');
  return {
    id: bytes.readUInt16BE(0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    records,
  };
}

function readRecord(bytes: Buffer, start: number): WireRecord & { end: number; labels: number } {
  const { name, labels, end: head } = readName(bytes, start);
  const dataStart = head + 10;
  const end = dataStart + bytes.readUInt16BE(head + 8);
  if (end > bytes.length) throw new Error('A record is longer than its message.');
  return {
    name,
    type: bytes.readUInt16BE(head),
    class: bytes.readUInt16BE(head + 2),
    ttl: bytes.readUInt32BE(head + 4),
    data: bytes.subarray(dataStart, end),
    start,
    end,
    labels,
  };
}

/**
 * Reads the name at `start`; `end` is where the next field begins. Octets other than printable ones, dots and backslashes
 * within a label are escaped as in zone files (RFC 1035 §5.1), so that two names are one text only if they are equal.
 */
export function readName(bytes: Buffer, start: number): { name: string; labels: number; end: number } {
  const labels: string[] = [];
  let at = start;
  let earliest = start;
  let end: number | undefined;
  for (let length = 0; length <= MAX_NAME_LENGTH + 1; ) {
    const octet = bytes.readUInt8(at);
    if (octet === 0) return { name: labels.join('.'), labels: labels.length, end: end ?? at + 1 };
    if ((octet & POINTER_BITS) === 0) {
      if (at + 1 + octet > bytes.length) throw new Error('A label is longer than its message.');
      labels.push(escapeLabel(bytes.toString('latin1', at + 1, at + 1 + octet)));
      at += octet + 1;
      length += octet + 1;
      continue;
    }
    if ((octet & POINTER_BITS) !== POINTER_BITS) throw new Error('A label is of an unknown kind.');
    end ??= at + 2;
    at = bytes.readUInt16BE(at) & 0x3fff;
    // Backwards only (RFC 1035 §4.1.4), so that pointers end.
    if (at >= earliest) throw new Error('A pointer does not point backwards.');
    earliest = at;
  }
  throw new Error('A name is longer than 255 octets.');
}

function escapeLabel(label: string): string {
  return label.toLowerCase().replace(/[^!-~]|[.\\]/g, (octet) => {
    const code = octet.charCodeAt(0);
    return octet === '.' || octet === '\\' ? `\\${octet}` : `\\${String(code).padStart(3, '0')}`;
  });
}

/** Encodes a name of plain labels, in lower case and without compression. Throws a `RangeError` if it is too long. */
export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.toLowerCase().split('.');
  const parts = labels.map((label) => {
    if (label === '' || label.length > MAX_LABEL_OCTETS) throw new RangeError(`${name} is no name.`);
    return Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1');
  });
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** Encodes a record; the sections that it can stand in are all alike. */
export function encodeRecord(record: Omit<WireRecord, 'start'>): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(record.type, 0);
  head.writeUInt16BE(record.class, 2);
  head.writeUInt32BE(record.ttl, 4);
  head.writeUInt16BE(record.data.length, 8);
  return Buffer.concat([encodeName(record.name), head, record.data]);
}

/** Encodes a text as the strings of one TXT record, each as long as can be (RFC 1035 §3.3.14). */
export function encodeText(text: string): Buffer {
  const octets = Buffer.from(text, 'latin1');
  const strings: Buffer[] = [];
  for (let at = 0; at < octets.length || at === 0; at += MAX_STRING_OCTETS) {
    const string = octets.subarray(at, at + MAX_STRING_OCTETS);
    strings.push(Buffer.of(string.length), string);
  }
  return Buffer.concat(strings);
}

/** The strings of a TXT record, joined with nothing between (RFC 6376 §3.6.2.2). */
export function decodeText(data: Buffer): string {
  let text = '';
  for (let at = 0; at < data.length; at += data.readUInt8(at) + 1)
    text += data.toString('latin1', at + 1, at + 1 + data.readUInt8(at));
  return text;
}

/** A question, or the zone of an update, behind a header. */
export function encodeQuestion(
  { id, flags, name, type }: { id: number; flags: number; name: string; type: number },
  counts: { readonly updates: number } = { updates: 0 },
): Buffer {
  const header = Buffer.alloc(HEADER_OCTETS);
  for (const [i, field] of [id, flags, 1, 0, counts.updates, 0].entries()) header.writeUInt16BE(field, 2 * i);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(type, 0);
  tail.writeUInt16BE(CLASS.IN, 2);
  return Buffer.concat([header, encodeName(name), tail]);
}
