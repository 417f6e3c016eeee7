import {
  type Answer,
  AUTHENTIC_DATA,
  CHECKING_DISABLED,
  DNSSEC_OK,
  decode,
  RECURSION_DESIRED,
} from 'dns-packet';
import { DNS_LIMITS } from '../limits.ts';
import { wireName } from './name.ts';
import type { RecordType } from './outcome.ts';
import { identityOf, type ResourceRecord, toRecord } from './record.ts';
import { assertDecodable, CLASS_IN, HEADER_LENGTH, TYPE_NUMBERS, TYPE_OPT } from './validate-message.ts';

export interface Question {
  /** Canonical: see `name.ts`. */
  readonly name: string;
  readonly type: RecordType;
}

/** Encoded question. */
export interface Query {
  readonly question: Question;
  readonly bytes: Buffer;
  /** Offset after the name asked for. */
  readonly nameEnd: number;
}

/** Decoded reply. */
export interface Message {
  readonly rcode: number;
  /** The AA bit: the server speaks for the zone (RFC 1035 §4.1.1). */
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  /** The AD bit: the resolver has validated the answer (RFC 4035 §3.2.3). */
  readonly validated: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  BADVERS: 16,
};

const RESPONSE_BIT = 0x80;
const OPCODE_BITS = 0x78;

/** How a question is put. */
export interface QueryOptions {
  /** Sets the RD bit, and the AD bit, which asks a resolver for its own (RFC 6840 §5.7). */
  readonly recursive: boolean;
  /** Sets the CD bit: the resolver shall answer even if DNSSEC fails. */
  readonly checkingDisabled?: boolean;
  /** Sets the DO bit: a referral shall come with the DS records. Takes EDNS. */
  readonly dnssec?: boolean;
}

/** RFC 1035 §4.1; of EDNS, RFC 6891 §6.1. */
export function encodeQuery(
  question: Question,
  { id, edns, recursive, checkingDisabled, dnssec }: QueryOptions & { id: number; edns: boolean },
): Query {
  const toResolver = recursive ? RECURSION_DESIRED | AUTHENTIC_DATA : 0;
  const name = wireName(question.name);
  const nameEnd = HEADER_LENGTH + name.length;
  const end = nameEnd + TYPE_AND_CLASS_LENGTH;
  const bytes = Buffer.alloc(end + (edns ? OPT_LENGTH : 0));
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(toResolver | (checkingDisabled ? CHECKING_DISABLED : 0), 2);
  bytes.writeUInt16BE(1, 4);
  name.copy(bytes, HEADER_LENGTH);
  bytes.writeUInt16BE(TYPE_NUMBERS[question.type], nameEnd);
  bytes.writeUInt16BE(CLASS_IN, nameEnd + 2);
  if (edns) {
    bytes.writeUInt16BE(1, 10);
    bytes.writeUInt16BE(TYPE_OPT, end + 1);
    bytes.writeUInt16BE(DNS_LIMITS.udpOctets, end + 3);
    bytes.writeUInt16BE(dnssec ? DNSSEC_OK : 0, end + 7);
  }
  return { question, bytes, nameEnd };
}

const TYPE_AND_CLASS_LENGTH = 4;
const OPT_LENGTH = 11;

/**
 * Whether a message answers this query: same id and same question, octet for octet but for letter case
 * (RFC 5452 §9). An error may lack the question, as from servers that could not parse it.
 */
export function isReplyTo(bytes: Buffer, { bytes: query, nameEnd }: Query): boolean {
  if (bytes.length < HEADER_LENGTH || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  const [flags = 0, rcodeBits = 0] = bytes.subarray(2, 4);
  if ((flags & RESPONSE_BIT) === 0 || (flags & OPCODE_BITS) !== 0) return false;
  const questions = bytes.readUInt16BE(4);
  if (questions === 0) return (rcodeBits & 0xf) !== RCODE.NOERROR;
  const end = nameEnd + TYPE_AND_CLASS_LENGTH;
  return (
    questions === 1 &&
    bytes.length >= end &&
    bytes.compare(query, nameEnd, end, nameEnd, end) === 0 &&
    lowerCase(bytes, nameEnd) === lowerCase(query, nameEnd)
  );
}

// Length octets are outside the range of letters, so lowercasing the whole name does not change them.
function lowerCase(message: Buffer, nameEnd: number): string {
  return message.toString('latin1', HEADER_LENGTH, nameEnd).toLowerCase();
}

/**
 * Decodes a reply (see `isReplyTo`) to a question of this type, skipping records that the answer does not need. Throws
 * an `Error` if it is malformed or exceeds `CHECK_LIMITS`. Modifies `bytes`.
 */
export function decodeReply(bytes: Buffer, type: RecordType): Message {
  const extendedRcode = assertDecodable(bytes, type);
  const packet = decode(bytes);
  return {
    rcode: extendedRcode * 16 + ((packet.flags ?? 0) & 0xf),
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    recursionAvailable: packet.flag_ra,
    validated: packet.flag_ad,
    answers: toRecords(packet.answers),
    authorities: toRecords(packet.authorities),
    additionals: toRecords(packet.additionals),
  };
}

/** Leaves out what is there twice: no set holds a record twice, and resolvers pass it on once (RFC 2181 §5). */
function toRecords(answers: readonly Answer[] = []): ResourceRecord[] {
  const records = new Map<string, ResourceRecord>();
  for (const answer of answers) {
    const record = toRecord(answer);
    if (record !== undefined) records.set(identityOf(answer, record), record);
  }
  return [...records.values()];
}
