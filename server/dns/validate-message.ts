import { CHECK_LIMITS } from '../limits.ts';
import type { ReadType, RecordType } from './outcome.ts';

export const HEADER_LENGTH = 12;
const POINTER_BITS = 0xc0;
const MAX_NAME_LENGTH = 255;
const RECORD_HEAD_LENGTH = 10;
export const CLASS_IN = 1;
/** From the private-use range (RFC 6895 §3.1), whose data the codec does not decode. */
const OPAQUE_TYPE = 0xff00;
export const TYPE_NUMBERS: Record<ReadType, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  DS: 43,
  DNSKEY: 48,
  CAA: 257,
};
/** EDNS (RFC 6891 §6.1.2): no type of a question, and its head has fields of its own. */
export const TYPE_OPT = 41;
/** Of a CAA record's data, before the name of its property (RFC 8659 §4.1). */
const CAA_HEAD_LENGTH = 2;
/** Of the data of DS and DNSKEY records, before the digest or key (RFC 4034 §2.1, §5.1). */
const DNSSEC_HEAD_LENGTH = 4;

/**
 * Validates a reply before the codec decodes it. The codec trusts lengths and counts: a record that claims more data
 * than there is makes it start over at the message's beginning, 65,535 times a section, and pointers to long names are
 * expensive for few octets. Throws an `Error` if decoding would overrun, or would take more records or steps than
 * `CHECK_LIMITS` allows. Marks records that the question does not need as opaque, in place: only the queried type,
 * CNAME and DNAME are kept in the answer section, NS, SOA and DS in the authority section, addresses in the additional section.
 * Returns the upper bits of the RCODE, which EDNS has (RFC 6891 §6.1.3); 0 without it.
 */
export function assertDecodable(bytes: Buffer, type: RecordType): number {
  return new MessageValidator(bytes).walk([
    [type, 'CNAME', 'DNAME'],
    ['NS', 'SOA', 'DS'],
    ['A', 'AAAA'],
  ]);
}

class MessageValidator {
  readonly #bytes: Buffer;
  #steps = 0;
  #extendedRcode = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  walk(sections: readonly (readonly ReadType[])[]): number {
    const counts = sections.map((_, i) => this.#bytes.readUInt16BE(6 + 2 * i));
    assert(counts.reduce((sum, count) => sum + count) <= CHECK_LIMITS.recordsAMessage);
    let at = HEADER_LENGTH;
    for (let i = this.#bytes.readUInt16BE(4); i > 0; i--) at = this.#endOfName(at) + 4;
    for (const [section, wanted] of sections.entries()) {
      const numbers = wanted.map((type) => TYPE_NUMBERS[type]);
      for (let i = counts[section] ?? 0; i > 0; i--) at = this.#endOfRecord(at, numbers);
    }
    return this.#extendedRcode;
  }

  #endOfRecord(start: number, wanted: readonly number[]): number {
    const bytes = this.#bytes;
    const head = this.#endOfName(start);
    const data = head + RECORD_HEAD_LENGTH;
    assert(data <= bytes.length);
    const end = data + bytes.readUInt16BE(head + 8);
    assert(end <= bytes.length);
    const type = bytes.readUInt16BE(head);
    if (type === TYPE_OPT) this.#extendedRcode = bytes.readUInt8(head + 4);
    const isIn = bytes.readUInt16BE(head + 2) === CLASS_IN;
    if (isIn && wanted.includes(type)) assert(this.#isWellFormed(type, data, end));
    else bytes.writeUInt16BE(OPAQUE_TYPE, head);
    return end;
  }

  /** Whether the record's data has the form that its type prescribes. */
  #isWellFormed(type: number, at: number, end: number): boolean {
    switch (type) {
      case TYPE_NUMBERS.A:
        return end - at === 4;
      case TYPE_NUMBERS.AAAA:
        return end - at === 16;
      case TYPE_NUMBERS.NS:
      case TYPE_NUMBERS.CNAME:
      case TYPE_NUMBERS.DNAME:
        return this.#endOfName(at) === end;
      case TYPE_NUMBERS.MX:
        return this.#endOfName(at + 2) === end;
      case TYPE_NUMBERS.DS:
      case TYPE_NUMBERS.DNSKEY:
        return end - at > DNSSEC_HEAD_LENGTH;
      case TYPE_NUMBERS.CAA:
        return end - at >= CAA_HEAD_LENGTH && at + CAA_HEAD_LENGTH + this.#bytes.readUInt8(at + 1) <= end;
      case TYPE_NUMBERS.SOA:
        return this.#endOfName(this.#endOfName(at)) + 20 === end;
      default:
        return this.#endOfStrings(at, end) === end;
    }
  }

  /** Offset after the name at `start`, having followed all its pointers. */
  #endOfName(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    let earliest = start;
    let end: number | undefined;
    for (let length = 1; length <= MAX_NAME_LENGTH; ) {
      this.#step();
      assert(at < bytes.length);
      const octet = bytes.readUInt8(at);
      if (octet === 0) return end ?? at + 1;
      if ((octet & POINTER_BITS) === 0) {
        at += octet + 1;
        length += octet + 1;
        continue;
      }
      assert((octet & POINTER_BITS) === POINTER_BITS && at + 1 < bytes.length);
      end ??= at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
      // Backwards only (RFC 1035 §4.1.4), and to a label: servers never write a pointer to a pointer.
      assert(at < earliest && (bytes.readUInt8(at) & POINTER_BITS) === 0);
      earliest = at;
    }
    throw new Error('A name is longer than 255 octets.');
  }

  #endOfStrings(start: number, end: number): number {
    let at = start;
    while (at < end) {
      this.#step();
      at += this.#bytes.readUInt8(at) + 1;
    }
    return at;
  }

  #step(): void {
    assert(++this.#steps <= CHECK_LIMITS.stepsAMessage);
  }
}

function assert(condition: boolean): void {
  if (!condition) throw new Error('The message is not well-formed.');
}
