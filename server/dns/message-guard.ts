/**
 * Looks through a message before the codec does. The codec trusts lengths and counts: a record that claims more
 * data than there is sends it back to the message's beginning, 65,535 times a section, and pointers to pointers
 * make it walk the whole message for each name.
 */

const HEADER_LENGTH = 12;
const POINTER_BITS = 0xc0;
const MAX_NAME_LENGTH = 255;
const RECORD_HEAD_LENGTH = 10;
/** Of the range for private use (RFC 6895 §3.1): the codec leaves its data alone. */
const OPAQUE_TYPE = 0xff00;

/** By type number: throws where the data of such a record, from `at` to `end`, is not what the type prescribes. */
const DATA_CHECKS: ReadonlyMap<number, (bytes: Buffer, at: number, end: number) => void> = new Map([
  [1, (_bytes, at, end) => expect(end - at === 4)], // A
  [2, (bytes, at, end) => expect(endOfName(bytes, at) === end)], // NS
  [5, (bytes, at, end) => expect(endOfName(bytes, at) === end)], // CNAME
  [6, (bytes, at, end) => expect(endOfName(bytes, endOfName(bytes, at)) + 20 === end)], // SOA
  [15, (bytes, at, end) => expect(endOfName(bytes, at + 2) === end)], // MX
  [16, expectStrings], // TXT
  [28, (_bytes, at, end) => expect(end - at === 16)], // AAAA
]);

/**
 * Throws an `Error` where decoding would overrun, or take more than one short pass. Records of types that nobody
 * asks for are made opaque in place.
 */
export function assertDecodable(bytes: Buffer): void {
  let at = HEADER_LENGTH;
  for (let i = bytes.readUInt16BE(4); i > 0; i--) at = endOfName(bytes, at) + 4;
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  for (let i = 0; i < records; i++) at = endOfRecord(bytes, at);
}

function endOfRecord(bytes: Buffer, start: number): number {
  const head = endOfName(bytes, start);
  const data = head + RECORD_HEAD_LENGTH;
  expect(data <= bytes.length);
  const end = data + bytes.readUInt16BE(head + 8);
  expect(end <= bytes.length);
  const check = DATA_CHECKS.get(bytes.readUInt16BE(head));
  if (check === undefined) bytes.writeUInt16BE(OPAQUE_TYPE, head);
  else check(bytes, data, end);
  return end;
}

/** Where the name at `start` ends in the message; it has been followed through all its pointers. */
function endOfName(bytes: Buffer, start: number): number {
  let at = start;
  let earliest = start;
  let end: number | undefined;
  for (let length = 1; length <= MAX_NAME_LENGTH; ) {
    expect(at < bytes.length);
    const octet = bytes.readUInt8(at);
    if (octet === 0) return end ?? at + 1;
    if ((octet & POINTER_BITS) === 0) {
      at += octet + 1;
      length += octet + 1;
      continue;
    }
    expect((octet & POINTER_BITS) === POINTER_BITS && at + 1 < bytes.length);
    end ??= at + 2;
    at = bytes.readUInt16BE(at) & 0x3fff;
    // Backwards only (RFC 1035 §4.1.4), and to a label: a pointer to a pointer is nothing that servers write.
    expect(at < earliest && (bytes.readUInt8(at) & POINTER_BITS) === 0);
    earliest = at;
  }
  throw new Error('A name is longer than 255 octets.');
}

function expectStrings(bytes: Buffer, start: number, end: number): void {
  let at = start;
  while (at < end) at += bytes.readUInt8(at) + 1;
  expect(at === end);
}

function expect(condition: boolean): void {
  if (!condition) throw new Error('The message is not well-formed.');
}
